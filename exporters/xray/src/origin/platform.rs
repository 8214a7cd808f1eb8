//! What a service can run on.

use std::str::FromStr;

use super::machine::Machine;
use super::{Known, ec2, ecs, eks, elastic_beanstalk, lambda};
use crate::error::Error;

/// What the service runs on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Platform {
    /// Find out. The default.
    #[default]
    Auto,
    /// Nothing that X-Ray knows: nobody is asked, and documents have no origin.
    None,
    /// A machine of EC2.
    Ec2,
    /// A container of ECS.
    Ecs,
    /// A container of EKS.
    Eks,
    /// An environment of Elastic Beanstalk.
    ElasticBeanstalk,
    /// A function of Lambda.
    Lambda,
}

const NAMES: [(&str, Platform); 7] = [
    ("auto", Platform::Auto),
    ("none", Platform::None),
    ("ec2", Platform::Ec2),
    ("ecs", Platform::Ecs),
    ("eks", Platform::Eks),
    ("elastic_beanstalk", Platform::ElasticBeanstalk),
    ("lambda", Platform::Lambda),
];

impl Platform {
    /// The documents say where it runs even if the rest cannot be found out; what was only looked for has to be found.
    pub(super) fn find(self, machine: &Machine) -> Option<Known> {
        match self {
            Platform::None => None,
            Platform::Ec2 => Some(ec2::find(machine).unwrap_or_else(ec2::unknown)),
            Platform::Ecs => Some(ecs::find(machine)),
            Platform::Eks => Some(eks::find(machine)),
            Platform::ElasticBeanstalk => Some(elastic_beanstalk::find(machine)),
            Platform::Lambda => Some(lambda::known(machine)),
            Platform::Auto if elastic_beanstalk::is_here(machine) => Some(elastic_beanstalk::find(machine)),
            Platform::Auto if ecs::is_here(machine) => Some(ecs::find(machine)),
            Platform::Auto if eks::is_here(machine) => Some(eks::find(machine)),
            Platform::Auto => ec2::find(machine),
        }
    }
}

impl FromStr for Platform {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let named = NAMES.iter().find(|(known, _)| *known == name);
        named.map(|(_, platform)| *platform).ok_or_else(|| {
            let names = NAMES.map(|(name, _)| name).join(", ");
            Error::new(format!("the origin {name:?} is none that is known: use one of {names}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_have_the_names_of_the_configuration() {
        for (name, platform) in NAMES {
            assert_eq!(name.parse::<Platform>().unwrap(), platform);
        }
        assert_eq!(
            "ECS".parse::<Platform>().unwrap_err().to_string(),
            "the origin \"ECS\" is none that is known: use one of auto, none, ec2, ecs, eks, elastic_beanstalk, lambda"
        );
    }
}
