//! bornite.
