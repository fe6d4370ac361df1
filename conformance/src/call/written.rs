//! Arguments that a call writes to.

use super::{Call, Taken};
use crate::arg::{Arg, Step};
use crate::replay::CallError;
use bornite::surface::index::advanced::{Assigned, assign};
use bornite::surface::index::basic::slice;
use bornite::surface::manipulate::{swapaxes, transpose};
use bornite::{Index, RawArray};

/// Everything.
const WHOLE: &[Index] = &[Index::Ellipsis];

impl<'a> Call<'a> {
    /// Lets `write` write to the array argument `name`, and gives what the argument shows then.
    pub fn written(&self, name: &str, write: impl FnOnce(&mut RawArray) -> Taken<()>) -> Taken<RawArray> {
        self.part_written(name, |array, items| {
            if matches!(items, [Index::Ellipsis]) {
                return write(array);
            }
            let mut part = slice(array, items)?;
            write(&mut part)?;
            Ok(assign(array, items, Assigned::Array(part))?)
        })
    }

    /// As [`Call::written`]; `write` is given the array that the argument is seen through a last slice of, and the items
    /// of that slice: a variable is written to in place, through whatever it is seen.
    pub fn part_written(
        &self,
        name: &str,
        write: impl FnOnce(&mut RawArray, &[Index]) -> Taken<()>,
    ) -> Taken<RawArray> {
        let arg = self.need(name)?;
        let Arg::Array { key, view } = arg else {
            let mut array = self.array(name)?;
            write(&mut array, WHOLE)?;
            return Ok(array);
        };
        // The variable's own handle, so that nobody else holds the memory on its account.
        let mut array = self.variables.take(key)?;
        let done = self.through(&mut array, view, write);
        let shown = done.and_then(|()| self.viewed(array.clone(), view));
        if self.variables.stays() {
            self.variables.set(key, array);
        }
        shown
    }

    /// Writes to what `steps` show of `array`: each step but a last slice is undone after what it shows was written.
    fn through(
        &self,
        array: &mut RawArray,
        steps: &'a [Step],
        write: impl FnOnce(&mut RawArray, &[Index]) -> Taken<()>,
    ) -> Taken<()> {
        match steps {
            [] => write(array, WHOLE),
            [Step::Slice(items)] => write(array, &self.items(items)?),
            [Step::Slice(items), rest @ ..] => {
                let items = self.items(items)?;
                let mut part = slice(array, &items)?;
                self.through(&mut part, rest, write)?;
                Ok(assign(array, &items, Assigned::Array(part))?)
            }
            [Step::SwapAxes(a, b), rest @ ..] => {
                *array = swapaxes(array, *a, *b)?;
                let done = self.through(array, rest, write);
                *array = swapaxes(array, *a, *b)?;
                done
            }
            [Step::Transpose(axes), rest @ ..] => {
                *array = transpose(array, Some(axes))?;
                let done = self.through(array, rest, write);
                let mut back = vec![0; axes.len()];
                let rank = axes.len() as i64;
                axes.iter()
                    .enumerate()
                    .for_each(|(i, &axis)| back[axis.rem_euclid(rank) as usize] = i as i64);
                *array = transpose(array, Some(&back))?;
                done
            }
            [Step::BroadcastTo(_), ..] => Err(CallError::NotTaken("a broadcast view is read-only".into())),
        }
    }
}
