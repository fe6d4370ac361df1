//! The place of the NVIDIA backend; it is empty until its jobs are written.
