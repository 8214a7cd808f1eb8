//! Sampling rules, what came of them, and what is to be from now on.

use serde_json::{Map, Value, json};

/// What both calls are answered.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Answer {
    /// What was set to be served.
    #[default]
    Truth,
    /// This status, with an error of AWS in the body.
    Status(u16),
    /// This status and body.
    Raw(u16, Vec<u8>),
    /// Nothing, ever.
    Hang,
}

/// A sampling rule. By default X-Ray's own last one, `Default`: one request a second and 5 % of the others.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the guide's names")]
pub struct Rule {
    pub name: String,
    /// Low ones first.
    pub priority: i64,
    pub fixed_rate: f64,
    /// Requests a second, over all hosts.
    pub reservoir: u64,
    pub host: String,
    pub method: String,
    pub url_path: String,
    pub service_name: String,
    pub service_type: String,
    pub resource_arn: String,
    pub attributes: Vec<(String, String)>,
    pub version: u32,
}

impl Default for Rule {
    fn default() -> Self {
        let any = || "*".to_owned();
        Rule {
            name: "Default".to_owned(),
            priority: 10_000,
            fixed_rate: 0.05,
            reservoir: 1,
            host: any(),
            method: any(),
            url_path: any(),
            service_name: any(),
            service_type: any(),
            resource_arn: any(),
            attributes: Vec::new(),
            version: 1,
        }
    }
}

/// What a request for targets tells of one rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    /// Who tells.
    pub client_id: String,
    /// The rule's name.
    pub rule: String,
    /// Requests that matched it.
    pub requests: u64,
    /// Those of them that were sampled.
    pub sampled: u64,
    /// Those of them that were sampled beyond what was assigned.
    pub borrowed: u64,
    /// Seconds since 1970.
    pub timestamp: f64,
}

/// What is assigned for one rule.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Target {
    /// The rule's name.
    pub rule: String,
    /// What is sampled beyond the reservoir, 0 to 1.
    pub fixed_rate: f64,
    /// Requests a second.
    pub reservoir_quota: Option<u64>,
    /// Until when it holds, in seconds since 1970.
    pub quota_ttl: Option<f64>,
    /// When to ask again, in seconds.
    pub interval: Option<u64>,
}

/// The answer to a request for targets.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Targets {
    /// For rules that it told of.
    pub targets: Vec<Target>,
    /// When a rule was changed last, in seconds since 1970.
    pub last_rule_modification: f64,
    /// What could not be used.
    pub unprocessed: Vec<Unprocessed>,
}

/// What a request told that could not be used.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Unprocessed {
    /// The rule's name.
    pub rule: String,
    /// `500`, `ThrottledException`.
    pub code: String,
    /// Why.
    pub message: String,
}

impl Rule {
    pub(crate) fn json(&self) -> Value {
        let attributes: Map<String, Value> =
            self.attributes.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
        json!({
            "CreatedAt": 0.0,
            "ModifiedAt": 1_529_959_993.0,
            "SamplingRule": {
                "Attributes": attributes,
                "FixedRate": self.fixed_rate,
                "HTTPMethod": self.method,
                "Host": self.host,
                "Priority": self.priority,
                "ReservoirSize": self.reservoir,
                "ResourceARN": self.resource_arn,
                "RuleARN": format!("arn:aws:xray:us-east-1:123456789012:sampling-rule/{}", self.name),
                "RuleName": self.name,
                "ServiceName": self.service_name,
                "ServiceType": self.service_type,
                "URLPath": self.url_path,
                "Version": self.version,
            }
        })
    }
}

impl Targets {
    pub(crate) fn json(&self) -> Value {
        let targets: Vec<Value> = self.targets.iter().map(Target::json).collect();
        let unprocessed = |of: &Unprocessed| json!({"RuleName": of.rule, "ErrorCode": of.code, "Message": of.message});
        json!({
            "LastRuleModification": self.last_rule_modification,
            "SamplingTargetDocuments": targets,
            "UnprocessedStatistics": self.unprocessed.iter().map(unprocessed).collect::<Vec<_>>(),
        })
    }
}

impl Target {
    fn json(&self) -> Value {
        // What is not there is null, as the service writes it.
        json!({
            "RuleName": self.rule,
            "FixedRate": self.fixed_rate,
            "ReservoirQuota": self.reservoir_quota,
            "ReservoirQuotaTTL": self.quota_ttl,
            "Interval": self.interval,
        })
    }
}
