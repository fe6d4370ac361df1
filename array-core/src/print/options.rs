//! The options of printing, and the defaults that the whole process shares.

use crate::value::Value;
use std::cell::RefCell;
use std::fmt;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

/// How many digits after the point the floats of an array get.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FloatMode {
    /// `'fixed'`: always `precision` digits.
    Fixed,
    /// `'unique'`: as many as tell each element from its neighbours, whatever `precision` says.
    Unique,
    /// `'maxprec'`: at most `precision`, fewer where fewer tell the element from its neighbours.
    #[default]
    MaxPrec,
    /// `'maxprec_equal'`: at most `precision`, and the same number for every element.
    MaxPrecEqual,
}

/// What stands before numbers that are not negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sign {
    /// `'-'`: nothing.
    #[default]
    Minus,
    /// `'+'`: a plus.
    Plus,
    /// `' '`: a space.
    Space,
}

/// A function that gives an element's text in place of the usual one; `None` leaves the element to the usual rules.
///
/// NumPy's `formatter={'int': hex}` is a function that answers integers and gives `None` for all else.
#[derive(Clone)]
pub struct Formatter(pub Arc<dyn Fn(Value) -> Option<String> + Send + Sync>);

impl fmt::Debug for Formatter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Formatter(..)")
    }
}

/// How arrays are printed; the defaults are NumPy's.
#[derive(Clone, Debug)]
#[doc(alias = "np.printoptions")]
pub struct PrintOptions {
    /// Digits after the point (8). `None`: as many as the elements need; [`FloatMode::Fixed`] then acts as
    /// [`FloatMode::MaxPrecEqual`].
    pub precision: Option<usize>,
    /// Arrays of more elements than this are summarised with `...` (1000).
    pub threshold: usize,
    /// Elements shown at each end of an axis of a summarised array (3). At 0 the last one is shown.
    pub edgeitems: usize,
    /// Characters a line may have (75).
    pub linewidth: usize,
    /// Whether small numbers print as zero instead of turning the array to exponents (no).
    #[doc(alias = "suppress_small")]
    pub suppress: bool,
    /// How many digits after the point floats get ([`FloatMode::MaxPrec`]).
    pub floatmode: FloatMode,
    /// What stands before numbers that are not negative ([`Sign::Minus`]).
    pub sign: Sign,
    /// The text of NaN (`"nan"`).
    pub nanstr: String,
    /// The text of infinity (`"inf"`).
    pub infstr: String,
    /// The caller's own texts of elements (none).
    pub formatter: Option<Formatter>,
}

impl Default for PrintOptions {
    fn default() -> Self {
        PrintOptions {
            precision: Some(8),
            threshold: 1000,
            edgeitems: 3,
            linewidth: 75,
            suppress: false,
            floatmode: FloatMode::MaxPrec,
            sign: Sign::Minus,
            nanstr: "nan".into(),
            infstr: "inf".into(),
            formatter: None,
        }
    }
}

static SHARED: LazyLock<RwLock<PrintOptions>> = LazyLock::new(RwLock::default);

thread_local! {
    /// The options of the innermost [`with_print_options`] on this thread. Not shared, so that threads which print at
    /// the same time do not see each other's.
    static SCOPED: RefCell<Option<PrintOptions>> = const { RefCell::new(None) };
}

/// The options that printing uses here: those of the innermost [`with_print_options`] on this thread, else the process's.
#[doc(alias = "np.get_printoptions")]
pub fn get_print_options() -> PrintOptions {
    let scoped = SCOPED.with_borrow(Clone::clone);
    scoped.unwrap_or_else(|| SHARED.read().unwrap_or_else(PoisonError::into_inner).clone())
}

/// Sets the options of the process; inside [`with_print_options`], those of the scope until it ends.
///
/// ```
/// use bornite_core::print::{PrintOptions, get_print_options, set_print_options};
/// set_print_options(PrintOptions { precision: Some(3), ..get_print_options() });
/// assert_eq!(get_print_options().precision, Some(3));
/// ```
#[doc(alias = "np.set_printoptions")]
pub fn set_print_options(options: PrintOptions) {
    SCOPED.with_borrow_mut(|scoped| match scoped {
        Some(current) => *current = options,
        None => *SHARED.write().unwrap_or_else(PoisonError::into_inner) = options,
    });
}

/// Calls `body` with `options` in force on this thread.
///
/// ```
/// use bornite_core::print::{PrintOptions, get_print_options, with_print_options};
/// let wide = PrintOptions { linewidth: 200, ..get_print_options() };
/// assert_eq!(with_print_options(wide, || get_print_options().linewidth), 200);
/// assert_eq!(get_print_options().linewidth, 75);
/// ```
#[doc(alias = "np.printoptions")]
pub fn with_print_options<R>(options: PrintOptions, body: impl FnOnce() -> R) -> R {
    /// Puts the outer options back, also when `body` panics.
    struct Restore(Option<PrintOptions>);
    impl Drop for Restore {
        fn drop(&mut self) {
            SCOPED.set(self.0.take());
        }
    }
    let _restore = Restore(SCOPED.replace(Some(options)));
    body()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_nest_and_stay_on_their_thread() {
        let with = |linewidth| PrintOptions { linewidth, ..PrintOptions::default() };
        let width = || get_print_options().linewidth;
        with_print_options(with(10), || {
            with_print_options(with(20), || {
                assert_eq!(width(), 20);
                set_print_options(with(30));
                assert_eq!(width(), 30);
            });
            assert_eq!(width(), 10);
            std::thread::scope(|s| {
                s.spawn(|| assert_eq!(width(), 75));
            });
            let panicked =
                std::panic::catch_unwind(|| with_print_options(with(40), || panic!("{}", width())));
            assert_eq!(*panicked.unwrap_err().downcast::<String>().unwrap(), "40");
            assert_eq!(width(), 10);
        });
        assert_eq!(width(), 75);
    }
}
