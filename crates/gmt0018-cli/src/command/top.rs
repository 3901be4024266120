//! `gmt0018 top`.

mod http;
mod prometheus;
mod screen;
mod view;

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::{
    arguments::TopArguments,
    error::Error,
    exit::Exit,
    output::{self, Output},
};
use http::Url;
use prometheus::Samples;
use view::View;

pub(crate) fn run(arguments: &TopArguments, output: Output) -> Result<Exit, Error> {
    let url = Url::parse(&arguments.metrics).map_err(|why| {
        Error::bad_value(
            "--metrics",
            why,
            "pass an address such as http://127.0.0.1:20200/metrics",
        )
    })?;
    let mut source = Source {
        url,
        text: &arguments.metrics,
        before: None,
    };
    if arguments.once || output.is_json() || !output::stdout_is_terminal() {
        source.view()?;
        thread::sleep(arguments.interval);
        let view = source.view()?;
        output.result(&view, &view.text())?;
        return Ok(Exit::Ok);
    }
    screen::run(&mut source, arguments.interval)?;
    Ok(Exit::Ok)
}

/// A place that is read again and again.
struct Source<'a> {
    url: Url,
    text: &'a str,
    before: Option<(Samples, Instant)>,
}

impl Source<'_> {
    /// Reads, and compares with the reading before.
    fn view(&mut self) -> Result<View, Error> {
        let failed = |why: &str| Error::metrics(self.text, why);
        let text = self.url.fetch(TIMEOUT).map_err(|why| failed(&why))?;
        let samples =
            Samples::parse(&text).ok_or_else(|| failed("the answer is not Prometheus text"))?;
        let now = Instant::now();
        let before = self.before.as_ref();
        let view = View::new(
            &samples,
            before.map(|(old, at)| (old, (now - *at).as_secs_f64())),
        );
        if view.is_empty() {
            return Err(failed(
                "there is no metric of the crate gmt0018 or of the node in the answer",
            ));
        }
        self.before = Some((samples, now));
        Ok(view)
    }
}

const TIMEOUT: Duration = Duration::from_secs(5);
