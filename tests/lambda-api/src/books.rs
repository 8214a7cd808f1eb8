//! Which invocations there are, what became of them, and what the function did wrong.

use std::collections::{HashMap, VecDeque};
use std::time::SystemTime;

use crate::answer::Answer;
use crate::event::Event;

/// The books of one function.
#[derive(Debug)]
pub(crate) struct Books {
    concurrency: usize,
    made: usize,
    queue: VecDeque<String>,
    invocations: HashMap<String, State>,
    /// How many requests for an invocation wait for one.
    waiting: usize,
    most_at_once: usize,
    asked: bool,
    complaints: Vec<String>,
}

#[derive(Debug)]
enum State {
    Queued(Event),
    Running { deadline: SystemTime },
    Over(Answer),
}

/// An invocation, handed to the function.
#[derive(Debug)]
pub(crate) struct Handed {
    pub(crate) id: String,
    pub(crate) event: Event,
    pub(crate) deadline: SystemTime,
}

impl Books {
    pub(crate) fn new(concurrency: usize) -> Self {
        Books {
            concurrency,
            made: 0,
            queue: VecDeque::new(),
            invocations: HashMap::new(),
            waiting: 0,
            most_at_once: 0,
            asked: false,
            complaints: Vec::new(),
        }
    }

    /// The function is to be invoked. The id of the invocation.
    pub(crate) fn invoke(&mut self, event: Event) -> String {
        self.made += 1;
        let id = format!("8476a536-e9f4-11e8-9739-{:012}", self.made);
        self.queue.push_back(id.clone());
        self.invocations.insert(id.clone(), State::Queued(event));
        id
    }

    /// The function asks for an invocation.
    pub(crate) fn asks(&mut self) {
        self.asked = true;
        self.waiting += 1;
        if self.running() + self.waiting > self.concurrency {
            self.complain(format!("it asks for an invocation while it has {}", self.running()));
        }
    }

    /// A request for an invocation is over: it has one, or nobody waits any more.
    pub(crate) fn asks_no_more(&mut self) {
        self.waiting -= 1;
    }

    /// The next invocation, if there is one.
    pub(crate) fn hand(&mut self) -> Option<Handed> {
        let id = self.queue.pop_front()?;
        let Some(State::Queued(event)) = self.invocations.remove(&id) else {
            unreachable!("what is in the queue is queued");
        };
        let deadline = SystemTime::now() + event.within;
        self.invocations.insert(id.clone(), State::Running { deadline });
        self.most_at_once = self.most_at_once.max(self.running());
        Some(Handed { id, event, deadline })
    }

    /// Whether there is nothing to do for the function, however many invocations it could have at once.
    pub(crate) fn is_idle(&self) -> bool {
        self.waiting == self.concurrency && self.queue.is_empty()
    }

    /// The function answers; false where it may not.
    pub(crate) fn answer(&mut self, id: &str, answer: Answer) -> bool {
        let reason = match self.invocations.get(id) {
            Some(State::Running { .. }) => {
                self.invocations.insert(id.to_owned(), State::Over(answer));
                return true;
            }
            Some(State::Over(Answer::TimedOut)) => "that timed out",
            Some(State::Over(_)) => "that it has answered",
            Some(State::Queued(_)) => "that it was not given",
            None => "that there is not",
        };
        self.complain(format!("it answers an invocation {reason}: {id}"));
        false
    }

    /// What became of an invocation, if it is over.
    pub(crate) fn answered(&self, id: &str) -> Option<Answer> {
        match self.invocations.get(id) {
            Some(State::Over(answer)) => Some(answer.clone()),
            _ => None,
        }
    }

    /// When an invocation has to be over, if it is running.
    pub(crate) fn deadline(&self, id: &str) -> Option<SystemTime> {
        match self.invocations.get(id) {
            Some(State::Running { deadline }) => Some(*deadline),
            _ => None,
        }
    }

    /// The function failed before it was ready.
    pub(crate) fn init_failed(&mut self, why: &str) {
        let when = if self.asked { " after it has asked for an invocation" } else { "" };
        self.complain(format!("it cannot start{when}: {why}"));
    }

    pub(crate) fn complain(&mut self, complaint: impl Into<String>) {
        self.complaints.push(complaint.into());
    }

    pub(crate) fn complaints(&self) -> &[String] {
        &self.complaints
    }

    pub(crate) fn take_complaints(&mut self) -> Vec<String> {
        std::mem::take(&mut self.complaints)
    }

    pub(crate) fn most_at_once(&self) -> usize {
        self.most_at_once
    }

    fn running(&self) -> usize {
        self.invocations.values().filter(|state| matches!(state, State::Running { .. })).count()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::answer::Response;

    fn returned() -> Answer {
        Answer::Response(Response { body: b"1".to_vec(), prelude: None })
    }

    fn event() -> Event {
        Event::new(json!(1))
    }

    #[test]
    fn one_after_the_other_is_in_order() {
        let mut books = Books::new(1);
        for _ in 0..3 {
            let id = books.invoke(event());
            books.asks();
            assert!(!books.is_idle());
            assert_eq!(books.hand().unwrap().id, id);
            books.asks_no_more();
            assert!(books.answered(&id).is_none());
            assert!(books.answer(&id, returned()));
            assert!(books.answered(&id).is_some());
        }
        books.asks();
        assert!(books.hand().is_none() && books.is_idle());
        assert!(books.complaints().is_empty());
    }

    #[test]
    fn who_asks_too_early_is_complained_of() {
        let mut books = Books::new(1);
        books.invoke(event());
        books.asks();
        books.hand().unwrap();
        books.asks_no_more();
        books.asks();
        assert!(books.complaints()[0].contains("asks for an invocation"));
        let mut two_at_once = Books::new(2);
        for _ in 0..2 {
            two_at_once.invoke(event());
            two_at_once.asks();
            two_at_once.hand().unwrap();
            two_at_once.asks_no_more();
        }
        assert!(two_at_once.complaints().is_empty());
        assert_eq!((books.most_at_once(), two_at_once.most_at_once()), (1, 2));
        two_at_once.asks();
        assert_eq!(two_at_once.complaints().len(), 1);
    }

    #[test]
    fn who_answers_wrongly_is_complained_of() {
        let mut books = Books::new(1);
        let id = books.invoke(event());
        assert!(!books.answer(&id, returned()));
        books.asks();
        books.hand().unwrap();
        books.asks_no_more();
        assert!(books.answer(&id, Answer::TimedOut));
        assert!(!books.answer(&id, returned()));
        assert!(!books.answer("unknown", returned()));
        let complaints = books.complaints().join("\n");
        for reason in ["not given", "timed out", "there is not"] {
            assert!(complaints.contains(reason), "{reason}: {complaints}");
        }
    }

    #[test]
    fn a_failure_to_start_is_complained_of() {
        let mut books = Books::new(1);
        books.init_failed("no configuration");
        books.asks();
        books.init_failed("no configuration");
        assert!(books.complaints()[0].contains("no configuration") && books.complaints()[1].contains("after"));
    }
}
