//! Makes export requests of snapshots, and sends them.

use tachograph_delivery::{Interrupter, SendError, Sink, frames, whole};

use crate::envelope::Envelope;
use crate::protobuf;
use crate::settings;
use crate::transport::Transport;

/// Where metrics go.
pub(crate) struct Requests {
    transport: Transport,
    envelope: Envelope,
    most: settings::Requests,
}

impl Requests {
    pub(crate) fn new(transport: Transport, envelope: Envelope, most: settings::Requests) -> Self {
        Requests { transport, envelope, most }
    }

    fn request(&mut self, metrics: &[&[u8]]) -> Result<(), SendError> {
        let mut request = Vec::new();
        self.envelope.request(metrics.iter().copied(), &mut request);
        self.transport.send(request)
    }
}

impl Sink for Requests {
    fn describe(&self) -> String {
        self.transport.describe()
    }

    /// As many requests as it takes for each to be taken. Where a later one fails, those before it have arrived: the rest is
    /// given up, for what is sent instead would count the first ones twice where it says what was added.
    fn send(&mut self, batch: &[u8]) -> Result<(), SendError> {
        let metrics: Vec<&[u8]> = frames(batch).flat_map(|frame| protobuf::fields(frame.bytes)).collect();
        let mut rest = &metrics[..];
        let mut lost = Lost::default();
        while !rest.is_empty() {
            let is_first = rest.len() == metrics.len();
            let (request, later) = rest.split_at(fitting(rest, self.most));
            match self.request(request) {
                Ok(()) => {}
                Err(error) if error.rejected_items().is_some() => lost.add(error.rejected_items().unwrap_or(0), error),
                Err(error) if is_first => return Err(error),
                Err(error) if error.is_temporary() => {
                    lost.add(data_points(rest), error);
                    break;
                }
                Err(error) => lost.add(data_points(request), error),
            }
            rest = later;
        }
        lost.told()
    }

    fn interrupter(&self) -> Option<Interrupter> {
        Some(self.transport.interrupter())
    }
}

/// What did not arrive of a snapshot of which other parts did.
#[derive(Default)]
struct Lost {
    data_points: u64,
    why: Option<SendError>,
}

impl Lost {
    /// The first cause is told.
    fn add(&mut self, data_points: u64, why: SendError) {
        self.data_points += data_points;
        self.why.get_or_insert(why);
    }

    fn told(self) -> Result<(), SendError> {
        let why = |error: SendError| std::error::Error::source(&error).map(whole).unwrap_or_default();
        match self.why {
            Some(error) => Err(SendError::rejected(self.data_points, why(error))),
            None => Ok(()),
        }
    }
}

/// How many of these go together; at least one.
fn fitting(metrics: &[&[u8]], most: settings::Requests) -> usize {
    let (mut bytes, mut points) = (0, 0);
    let fits = |metric: &&&[u8]| {
        (bytes, points) = (bytes + metric.len(), points + points_of(metric));
        bytes <= most.max_bytes && points <= most.max_data_points
    };
    metrics.iter().take_while(fits).count().max(1)
}

fn data_points(metrics: &[&[u8]]) -> u64 {
    metrics.iter().map(|metric| points_of(metric) as u64).sum()
}

/// The points of a `Metric`, as it is written here: its data come last, and in these the points come first.
fn points_of(metric: &[u8]) -> usize {
    const POINT: u8 = (super::DATA_POINTS << 3 | 2) as u8;
    let data = protobuf::fields(protobuf::content(metric)).last().unwrap_or_default();
    protobuf::fields(protobuf::content(data)).take_while(|field| field[0] == POINT).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sum with so many points, each of so many bytes.
    fn metric(points: usize, bytes: usize) -> Vec<u8> {
        let (mut metric, mut sum, mut out) = (Vec::new(), Vec::new(), Vec::new());
        (0..points).for_each(|_| protobuf::bytes(super::super::DATA_POINTS, &vec![b'x'; bytes], &mut sum));
        protobuf::number(super::super::AGGREGATION_TEMPORALITY, 2, &mut sum);
        protobuf::number(super::super::IS_MONOTONIC, 1, &mut sum);
        protobuf::bytes(super::super::NAME, b"events", &mut metric);
        protobuf::bytes(super::super::UNIT, b"{event}", &mut metric);
        protobuf::bytes(super::super::SUM, &sum, &mut metric);
        protobuf::bytes(super::super::METRICS, &metric, &mut out);
        out
    }

    #[test]
    fn a_request_has_what_fits_and_one_in_any_case() {
        let metrics = [&[0; 40][..], &[0; 40], &[0; 200], &[0; 10]];
        let fitting = |metrics: &[&[u8]], max_bytes| {
            super::fitting(metrics, settings::Requests { max_bytes, ..Default::default() })
        };
        assert_eq!(fitting(&metrics, 100), 2);
        assert_eq!(fitting(&metrics[2..], 100), 1);
        assert_eq!(fitting(&metrics[3..], 100), 1);
        assert_eq!(fitting(&metrics, 1000), 4);
    }

    #[test]
    fn points_are_counted() {
        let metrics = [metric(3, 10), metric(300, 200), metric(1, 3), metric(0, 0)];
        let counts: Vec<usize> = metrics.iter().map(|metric| points_of(metric)).collect();
        assert_eq!(counts, [3, 300, 1, 0]);
        let metrics: Vec<&[u8]> = metrics.iter().map(Vec::as_slice).collect();
        let most = |max_data_points| settings::Requests { max_data_points, ..Default::default() };
        assert_eq!((fitting(&metrics, most(2)), fitting(&metrics, most(303)), fitting(&metrics, most(304))), (1, 2, 4));
        assert_eq!(data_points(&metrics[1..]), 301);
    }
}
