//! The dashboards, and what they need: the group of lines, questions and filters.

mod api;
mod database;
mod dynamodb;
mod kinesis;
mod lambda;

use serde_json::json;

use super::logs::{self, Group};
use super::names::{Kind, Name};
use super::published::Published;
use super::template::{Template, words};
use super::{limits, widget::Board};
use crate::{Error, Settings};

/// A template of CloudFormation with dashboards for the service (its API, Lambda, its database, DynamoDB, Kinesis), the
/// group of its lines, saved questions to Logs Insights, and filters that count its requests in lines. What the settings do
/// not name is a parameter of the template; the dashboard of what is not there is left out.
///
/// # Errors
/// Where CloudWatch would refuse what the settings name, or the metrics that it needs are not published by their dimensions.
///
/// ```
/// let settings = tachograph_dashboards::Settings::new("experiments-api");
/// let template = tachograph_dashboards::cloudwatch_dashboards(&settings).unwrap();
/// assert!(template.contains("AWS::CloudWatch::Dashboard"));
/// ```
pub fn cloudwatch_dashboards(settings: &Settings) -> Result<String, Error> {
    limits::check(settings)?;
    let published = Published::new(settings)?;
    let mut template = Template::new(format!("Dashboards, logs and queries of {}", called(settings)));
    let group = Group::create(settings, &mut template);
    logs::queries(settings, &group, &mut template);
    logs::filters(settings, &group, &mut template);

    let resources = &settings.resources;
    dashboard("Api", "api", None, api::board(settings, &published)?, settings, &mut template)?;
    type Fill = fn(&Settings, &Name, &mut Board);
    let fills: [(Kind, &str, &str, Fill); 4] = [
        (Kind::Function, "Lambda", "lambda", lambda::fill),
        (Kind::Cluster, "Database", "database", database::fill),
        (Kind::Table, "DynamoDb", "dynamodb", dynamodb::fill),
        (Kind::Stream, "Kinesis", "kinesis", kinesis::fill),
    ];
    for (kind, id, name, fill) in fills {
        let names = kind.all(resources, &mut template)?;
        let mut board = Board::new(settings);
        if kind == Kind::Function {
            lambda::overview(settings, &names, &mut board);
        }
        names.iter().for_each(|name| fill(settings, name, &mut board));
        let condition = names.first().and_then(|name| name.condition);
        dashboard(id, name, condition, board, settings, &mut template)?;
    }
    Ok(template.write())
}

fn dashboard(
    id: &str,
    name: &str,
    condition: Option<&str>,
    board: Board,
    settings: &Settings,
    template: &mut Template,
) -> Result<(), Error> {
    let name = format!("{}-{name}", dashed(settings));
    let body = board.write(&name)?;
    template.resource(
        &format!("{id}Dashboard"),
        "AWS::CloudWatch::Dashboard",
        condition,
        json!({"DashboardName": name, "DashboardBody": body}),
    );
    Ok(())
}

/// `experiments-api in production`, which fits in the name of a topic.
pub(super) fn called(settings: &Settings) -> String {
    let service = cut(&settings.service, 50);
    match &settings.environment {
        Some(environment) => format!("{service} in {}", cut(environment, 25)),
        None => service,
    }
}

/// A text of the service's, of at most so many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    words(text).chars().take(most).collect()
}

/// `experiments-api-production`, of characters that names of dashboards have.
fn dashed(settings: &Settings) -> String {
    let parts = [Some(&settings.service), settings.environment.as_ref()];
    let name: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    let taken =
        |character: char| if character.is_ascii_alphanumeric() || "-_".contains(character) { character } else { '-' };
    name.join("-").chars().map(taken).take(200).collect()
}

/// The heading of a row.
fn heading(text: &str) -> super::widget::Widget {
    super::widget::Widget::text(format!("## {text}"))
}
