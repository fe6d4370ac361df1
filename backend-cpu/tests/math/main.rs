//! The elementary functions as a whole: NumPy's tables, errors in units of the last place, speed. `functions` is the
//! table of what is tested: a new function is a line there.

mod complex;
mod functions;
mod speed;
mod ulp;
mod umath;
