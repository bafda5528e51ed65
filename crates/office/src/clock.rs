//! The one place that reads the clock.
//!
//! Everything else takes the moment as an argument. [`SystemClock`] gives civil time of China
//! (UTC+8, no daylight saving); [`VirtualClock`] is set by tests, the demo and the simulation.

use std::sync::atomic::{AtomicI64, Ordering};

use kernel::Instant;

/// Tells the moment.
pub trait Clock: Send + Sync {
    /// The present moment, in civil time of the place.
    fn now(&self) -> Instant;
}

/// Seconds by which civil time in China is ahead of UTC.
const OFFSET_SECONDS: i64 = 8 * 3600;

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant(jiff::Timestamp::now().as_second() + OFFSET_SECONDS)
    }
}

/// A clock that stands where it is put.
#[derive(Debug)]
pub struct VirtualClock(AtomicI64);

impl VirtualClock {
    /// A clock at this moment.
    pub fn at(now: Instant) -> Self {
        Self(AtomicI64::new(now.0))
    }

    /// Moves the clock, in either direction.
    pub fn set(&self, now: Instant) {
        self.0.store(now.0, Ordering::SeqCst);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::SeqCst))
    }
}

impl<C: Clock + ?Sized> Clock for std::sync::Arc<C> {
    fn now(&self) -> Instant {
        (**self).now()
    }
}

/// Measures how long something takes, for people to read.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(jiff::Timestamp);

impl Stopwatch {
    /// Starts it.
    pub fn start() -> Self {
        Self(jiff::Timestamp::now())
    }

    /// Seconds since the start; not negative even if the clock was set back.
    pub fn seconds(&self) -> f64 {
        (jiff::Timestamp::now().as_microsecond() - self.0.as_microsecond()).max(0) as f64 / 1e6
    }
}
