//! Which labels an expression has: whether each metric in it is ours, and has the labels that it is asked by.

use std::collections::{BTreeMap, BTreeSet};

use promql_parser::parser::token::{T_LAND, T_LOR, T_LUNLESS};
use promql_parser::parser::{
    self, AggregateExpr, BinaryExpr, Expr, LabelModifier, VectorMatchCardinality, VectorSelector,
};
use tachograph_metrics::{Kind, Naming, names, prometheus_label};

pub(crate) type Labels = BTreeSet<String>;

/// What can be asked, with its labels.
pub(crate) struct Known(BTreeMap<String, Labels>);

fn labels<const N: usize>(names: [&str; N]) -> Labels {
    names.map(ToOwned::to_owned).into()
}

impl Known {
    /// Everything that a service shows by this naming, and `target_info`.
    pub(crate) fn new(naming: Naming) -> Self {
        let mut known = BTreeMap::new();
        for one in names::ALL {
            let name = one.prometheus_name(naming);
            let own: Labels = one.attributes(naming).iter().map(|name| prometheus_label(name).into_owned()).collect();
            let own = &own | &labels(["job", "instance"]);
            let mut add = |suffix: &str, own: &Labels| {
                // By plain names some are one.
                known.entry(format!("{name}{suffix}")).or_insert_with(Labels::new).extend(own.iter().cloned());
            };
            match one.kind() {
                Kind::Counter => add("_total", &own),
                Kind::Gauge | Kind::UpDownCounter => add("", &own),
                Kind::Histogram => {
                    add("_sum", &own);
                    add("_count", &own);
                    add("_bucket", &(&own | &labels(["le"])));
                }
            }
        }
        let target = ["job", "instance", "service_name", "service_version", "deployment_environment_name"];
        known.insert("target_info".to_owned(), labels(target));
        Known(known)
    }

    /// And what is no metric of ours.
    pub(crate) fn with<const N: usize>(mut self, name: &str, own: [&str; N]) -> Self {
        self.0.insert(name.to_owned(), labels(own));
        self
    }

    pub(crate) fn insert(&mut self, name: &str, own: Labels) {
        self.0.insert(name.to_owned(), own);
    }

    /// The labels of what this expression has.
    pub(crate) fn labels(&self, expression: &str) -> Result<Labels, String> {
        let parsed = parser::parse(expression).map_err(|error| format!("{error}: {expression}"))?;
        self.of(&parsed).map_err(|error| format!("{error}: {expression}"))
    }

    fn of(&self, expression: &Expr) -> Result<Labels, String> {
        match expression {
            Expr::Aggregate(aggregate) => self.of_aggregate(aggregate),
            Expr::Binary(binary) => self.of_binary(binary),
            Expr::Paren(inner) => self.of(&inner.expr),
            Expr::Unary(inner) => self.of(&inner.expr),
            Expr::Subquery(inner) => self.of(&inner.expr),
            Expr::NumberLiteral(_) | Expr::StringLiteral(_) => Ok(Labels::new()),
            Expr::VectorSelector(selector) => self.of_selector(selector),
            Expr::MatrixSelector(selector) => self.of_selector(&selector.vs),
            Expr::Call(call) => {
                let mut all = Labels::new();
                for argument in &call.args.args {
                    all.extend(self.of(argument)?);
                }
                match call.func.name {
                    "histogram_quantile" if !all.remove("le") => Err("there are no buckets".to_owned()),
                    _ => Ok(all),
                }
            }
            Expr::Extension(_) => Err("it is none of PromQL's".to_owned()),
        }
    }

    fn of_selector(&self, selector: &VectorSelector) -> Result<Labels, String> {
        let name = selector.name.as_deref().ok_or("it names no metric")?;
        let own = self.0.get(name).ok_or_else(|| format!("{name} is no metric"))?;
        match selector.matchers.matchers.iter().find(|matcher| !own.contains(&matcher.name)) {
            Some(matcher) => Err(format!("{name} has no label {}", matcher.name)),
            None => Ok(own.clone()),
        }
    }

    fn of_aggregate(&self, aggregate: &AggregateExpr) -> Result<Labels, String> {
        let inner = self.of(&aggregate.expr)?;
        // What is picked keeps its labels.
        if aggregate.param.is_some() {
            return Ok(inner);
        }
        match &aggregate.modifier {
            None => Ok(Labels::new()),
            Some(LabelModifier::Include(by)) => has(&inner, &by.labels),
            Some(LabelModifier::Exclude(_)) => Err("it takes what it does not name".to_owned()),
        }
    }

    fn of_binary(&self, binary: &BinaryExpr) -> Result<Labels, String> {
        let (left, right) = (self.of(&binary.lhs)?, self.of(&binary.rhs)?);
        let modifier = binary.modifier.as_ref();
        let matching = modifier.and_then(|modifier| modifier.matching.as_ref());
        if let Some(LabelModifier::Include(on)) = matching {
            has(&left, &on.labels)?;
            has(&right, &on.labels)?;
        } else if matching.is_none() && !is_scalar(&binary.lhs) && !is_scalar(&binary.rhs) && left != right {
            return Err(format!("{left:?} does not go with {right:?}"));
        }
        match binary.op.id() {
            T_LAND | T_LUNLESS | T_LOR => return Ok(left),
            _ => {}
        }
        let given = match modifier.map(|modifier| &modifier.card) {
            Some(VectorMatchCardinality::ManyToOne(given)) => has(&right, &given.labels)?,
            _ => Labels::new(),
        };
        Ok(if is_scalar(&binary.lhs) { right } else { &left | &given })
    }
}

fn is_scalar(expression: &Expr) -> bool {
    match expression {
        Expr::NumberLiteral(_) => true,
        Expr::Paren(inner) => is_scalar(&inner.expr),
        Expr::Binary(binary) => is_scalar(&binary.lhs) && is_scalar(&binary.rhs),
        _ => false,
    }
}

fn has(all: &Labels, wanted: &[String]) -> Result<Labels, String> {
    match wanted.iter().find(|label| !all.contains(*label)) {
        Some(label) => Err(format!("there is no label {label}")),
        None => Ok(wanted.iter().cloned().collect()),
    }
}

#[test]
fn what_is_not_there_is_found() {
    let known = Known::new(Naming::OpenTelemetry).with("own_total", ["job", "instance"]);
    for (expression, wrong) in [
        ("sum(http_server_requests)", "http_server_requests is no metric"),
        ("sum(http_server_requests_total{route=\"/\"})", "has no label route"),
        ("sum by (route)(http_server_requests_total)", "there is no label route"),
        ("histogram_quantile(0.9, sum(http_server_request_duration_seconds_bucket))", "there are no buckets"),
        ("own_total / on (pool) own_total", "there is no label pool"),
        ("sum(own_total) / sum by (job)(own_total)", "does not go with"),
        ("sum(own_total", "unclosed"),
    ] {
        let error = known.labels(expression).unwrap_err();
        assert!(error.contains(wrong), "{error}");
    }
    let by_version =
        "sum by (service_version)(own_total * on (job, instance) group_left (service_version) target_info)";
    assert_eq!(known.labels(by_version).unwrap(), labels(["service_version"]));
}
