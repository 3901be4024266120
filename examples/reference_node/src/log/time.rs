//! Dates.

use std::{
    fmt,
    time::{SystemTime, UNIX_EPOCH},
};

/// A moment in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    year: i64,
    month: i64,
    day: i64,
    hour: u64,
    minute: u64,
    second: u64,
    microsecond: u32,
}

impl Moment {
    pub(crate) fn at(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let (days, second) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
        let (year, month, day) = date(i64::try_from(days).unwrap_or(0));
        Self {
            year,
            month,
            day,
            hour: second / 3600,
            minute: second / 60 % 60,
            second: second % 60,
            microsecond: since.subsec_micros(),
        }
    }

    /// `YYYYmmddHH`.
    pub(crate) fn hour(&self) -> String {
        let Self {
            year,
            month,
            day,
            hour,
            ..
        } = self;
        format!("{year:04}{month:02}{day:02}{hour:02}")
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            year,
            month,
            day,
            hour,
            minute,
            second,
            microsecond,
        } = self;
        write!(
            formatter,
            "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{microsecond:06}"
        )
    }
}

/// Year, month and day of a day that is counted from 1970 on.
///
/// Years are counted from March on, so that the leap day is the last of its year, and in eras of 400 years.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468; // from 0000-03-01 on
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// The seconds are those of `date -u -d "..." +%s`.
    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, expected) in [
            (0, "1970-01-01 00:00:00.000000"),
            (951_782_399, "2000-02-28 23:59:59.000000"),
            (951_782_400, "2000-02-29 00:00:00.000000"),
            (951_868_800, "2000-03-01 00:00:00.000000"),
            (1_764_112_384, "2025-11-25 23:13:04.000000"),
            (4_107_542_400, "2100-03-01 00:00:00.000000"),
        ] {
            let moment = Moment::at(UNIX_EPOCH + Duration::from_secs(seconds));
            assert_eq!(moment.to_string(), expected);
        }
        let moment = Moment::at(UNIX_EPOCH + Duration::from_micros(1_000_042));
        assert_eq!(moment.to_string(), "1970-01-01 00:00:01.000042");
        assert_eq!(moment.hour(), "1970010100");
    }
}
