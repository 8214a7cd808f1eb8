//! From text to commands.

mod expression;
mod names;

use regex::Regex;

use crate::command::{Command, Direction, Named};
use crate::error::Error;
use crate::query::Query;
use crate::reader::Reader;
use expression::expression;
use names::Names;

/// The longest query that is taken, in characters.
const MOST_CHARACTERS: usize = 10_000;

/// The most rows that can be asked for.
const MOST_ROWS: usize = 10_000;

/// So many `stats` can be in one query.
const MOST_STATS: usize = 2;

const UNDERSTOOD: [&str; 8] = ["fields", "filter", "parse", "stats", "sort", "limit", "dedup", "display"];

/// A query while it is read.
struct Grammar<'t> {
    reader: Reader<'t>,
    names: Names,
    query: Query,
    stats: usize,
    is_deduplicated: bool,
    /// What is shown where nobody says it.
    shown: Vec<String>,
}

pub(crate) fn query(text: &str) -> Result<Query, Error> {
    if text.chars().count() > MOST_CHARACTERS {
        return Err(Error::new(text, 0, format!("a query has at most {MOST_CHARACTERS} characters")));
    }
    let mut grammar = Grammar {
        reader: Reader::new(text),
        names: Names::default(),
        query: Query::default(),
        stats: 0,
        is_deduplicated: false,
        shown: Vec::new(),
    };
    grammar.sources()?;
    grammar.command()?;
    while grammar.reader.symbol("|") {
        grammar.command()?;
    }
    if !grammar.reader.is_at_end() {
        return Err(grammar.reader.needed("`|` or the end"));
    }
    let Grammar { names, mut query, shown, .. } = grammar;
    if query.shown.is_empty() {
        query.shown = if shown.is_empty() { vec!["@timestamp".into(), "@message".into()] } else { shown };
    }
    query.fields = names.read;
    Ok(query)
}

impl Grammar<'_> {
    /// `SOURCE '/shop/requests' | `, as in a widget.
    fn sources(&mut self) -> Result<(), Error> {
        while self.reader.keyword("source") {
            let group = self.reader.text()?.ok_or_else(|| self.reader.needed("the name of a group in quotes"))?;
            self.query.sources.push(group);
            self.reader.need("|")?;
        }
        Ok(())
    }

    fn command(&mut self) -> Result<(), Error> {
        let at = self.reader.here();
        let Some(word) = self.reader.word() else { return Err(self.reader.needed("a command")) };
        let name = word.to_ascii_lowercase();
        if self.is_deduplicated && name != "limit" {
            return Err(self.reader.error(at, format!("nothing but `limit` can stand behind `dedup`, not `{word}`")));
        }
        let command = match name.as_str() {
            "fields" => self.fields(at)?,
            "filter" => self.filter(at)?,
            "parse" => self.parse(at)?,
            "stats" => self.stats(at)?,
            "sort" => self.sort()?,
            "limit" => self.limit()?,
            "dedup" => {
                self.is_deduplicated = true;
                Command::Dedup(self.list_of_names()?)
            }
            "display" => return self.display(at),
            _ => {
                let told = format!("`{word}` is no command that is understood here: use {}", UNDERSTOOD.join(", "));
                return Err(self.reader.error(at, told));
            }
        };
        self.query.commands.push(command);
        Ok(())
    }

    fn fields(&mut self, at: usize) -> Result<Command, Error> {
        let fields = self.list(Self::named)?;
        for field in &fields {
            self.names.read_all(&self.reader, &field.expression, at)?;
        }
        for field in &fields {
            if !self.shown.contains(&field.name) {
                self.shown.push(field.name.clone());
            }
            // What is only shown is what it was.
            if !is_field(field) {
                self.names.make(&self.reader, &field.name, at)?;
            }
        }
        Ok(Command::Fields(fields.into_iter().filter(|field| !is_field(field)).collect()))
    }

    fn filter(&mut self, at: usize) -> Result<Command, Error> {
        let condition = expression(&mut self.reader)?;
        if !condition.is_condition() {
            return Err(self.reader.error(at, "`filter` needs a condition, such as `duration_ms > 1000`"));
        }
        self.names.read_all(&self.reader, &condition, at)?;
        Ok(Command::Filter(condition))
    }

    fn parse(&mut self, at: usize) -> Result<Command, Error> {
        let here = self.reader.here();
        let field = self.reader.name()?.unwrap_or_else(|| "@message".to_owned());
        self.names.read(&self.reader, &field, here)?;
        let (pattern, names) = match self.reader.text()? {
            Some(glob) => self.glob(&glob)?,
            None => self.groups()?,
        };
        for name in &names {
            self.names.make(&self.reader, name, at)?;
        }
        Ok(Command::Parse { field, pattern, names })
    }

    /// `"[*] * * * *" as logger, method, view, duration, status_code`
    fn glob(&mut self, glob: &str) -> Result<(Regex, Vec<String>), Error> {
        let at = self.reader.here();
        if !self.reader.keyword("as") {
            return Err(self.reader.needed("`as`"));
        }
        let names = self.list_of_aliases()?;
        let parts: Vec<String> = glob.split('*').map(regex::escape).collect();
        if parts.len() != names.len() + 1 {
            let told = format!("{} names for {} `*`", names.len(), parts.len() - 1);
            return Err(self.reader.error(at, told));
        }
        // The last one takes what is left, where nothing stands behind it.
        let end = if glob.ends_with('*') { "$" } else { "" };
        let pattern = Regex::new(&format!("(?s){}{end}", parts.join("(.*?)")));
        pattern.map(|pattern| (pattern, names)).map_err(|error| self.reader.error(at, error.to_string()))
    }

    /// `/user=(?<user>\w+)/`
    fn groups(&mut self) -> Result<(Regex, Vec<String>), Error> {
        let at = self.reader.here();
        let pattern = self.reader.regex()?.ok_or_else(|| self.reader.needed("a text or a regular expression"))?;
        let names: Vec<Option<&str>> = pattern.capture_names().skip(1).collect();
        let named: Vec<String> = names.iter().flatten().map(ToString::to_string).collect();
        if named.is_empty() || named.len() < names.len() {
            return Err(self.reader.error(at, "each group of the regular expression needs a name: `(?<user>…)`"));
        }
        Ok((pattern, named))
    }

    fn stats(&mut self, at: usize) -> Result<Command, Error> {
        self.stats += 1;
        if self.stats > MOST_STATS {
            return Err(self.reader.error(at, format!("a query has at most {MOST_STATS} `stats`")));
        }
        let values = self.list(Self::named)?;
        let by = if self.reader.keyword("by") { self.list(Self::named)? } else { Vec::new() };
        self.names.grouped(&self.reader, &values, &by, at)?;
        self.shown = by.iter().chain(&values).map(|named| named.name.clone()).collect();
        Ok(Command::Stats { values, by })
    }

    fn sort(&mut self) -> Result<Command, Error> {
        let keys = self.list(|grammar| {
            let at = grammar.reader.here();
            let name = grammar.reader.need_name()?;
            grammar.names.read(&grammar.reader, &name, at)?;
            let is_descending = grammar.reader.keyword("desc");
            let direction = if is_descending { Direction::Descending } else { Direction::Ascending };
            if !is_descending {
                grammar.reader.keyword("asc");
            }
            Ok((name, direction))
        })?;
        Ok(Command::Sort(keys))
    }

    fn limit(&mut self) -> Result<Command, Error> {
        let at = self.reader.here();
        let most = self.reader.number()?.ok_or_else(|| self.reader.needed("a number"))?;
        if most.fract() != 0.0 || !(1.0..=MOST_ROWS as f64).contains(&most) {
            return Err(self.reader.error(at, format!("{most} rows cannot be asked for: use 1 to {MOST_ROWS}")));
        }
        Ok(Command::Limit(most as usize))
    }

    fn display(&mut self, at: usize) -> Result<(), Error> {
        if !self.query.shown.is_empty() {
            return Err(self.reader.error(at, "only the last `display` of a query counts: leave out the others"));
        }
        self.query.shown = self.list_of_names()?;
        Ok(())
    }

    fn named(&mut self) -> Result<Named, Error> {
        let at = self.reader.here();
        let expression = expression(&mut self.reader)?;
        let name = match &expression {
            crate::expression::Expression::Field { name, .. } => name.clone(),
            _ => self.reader.since(at).to_owned(),
        };
        let name = if self.reader.keyword("as") { self.reader.need_name()? } else { name };
        Ok(Named { name, expression })
    }

    fn list_of_names(&mut self) -> Result<Vec<String>, Error> {
        self.list(|grammar| {
            let at = grammar.reader.here();
            let name = grammar.reader.need_name()?;
            grammar.names.read(&grammar.reader, &name, at)?;
            Ok(name)
        })
    }

    fn list_of_aliases(&mut self) -> Result<Vec<String>, Error> {
        self.list(|grammar| grammar.reader.need_name())
    }

    fn list<T>(&mut self, one: impl Fn(&mut Self) -> Result<T, Error>) -> Result<Vec<T>, Error> {
        let mut all = vec![one(self)?];
        while self.reader.symbol(",") {
            all.push(one(self)?);
        }
        Ok(all)
    }
}

/// Whether it is a field by its own name.
fn is_field(named: &Named) -> bool {
    matches!(&named.expression, crate::expression::Expression::Field { name, .. } if *name == named.name)
}
