use std::fs;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::http::server::{Asked, Say, Server};

/// A file system with these files.
fn files(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    root
}

/// Origin and `aws`, as documents have them.
fn shown(known: Option<Known>) -> Value {
    let Some(known) = known else { return Value::Null };
    assert!(known.aws.len() <= 2000 && (known.aws.is_empty() || known.aws.starts_with(',')), "{}", known.aws);
    assert!(known.service_types.contains(&known.origin));
    let aws: Value = serde_json::from_str(&format!("{{{}}}", known.aws.trim_start_matches(','))).unwrap();
    json!({ "origin": known.origin, "aws": aws })
}

fn found(platform: Platform, root: &Path, variables: &[(&str, &str)]) -> Value {
    shown(platform.find(&Machine::at(root, variables)))
}

const NOWHERE: &str = "/no/such/folder";
const NO_EC2: (&str, &str) = ("AWS_EC2_METADATA_DISABLED", "true");
const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

mod ecs {
    use super::*;

    /// As AWS's documentation shows it for Fargate, shortened.
    fn answer(asked: &Asked) -> Say {
        let answer = match &*asked.line {
            "GET /v4/abc" => json!({
                "DockerId": "cd189a933e5849daa93386466019ab50-2495160603", "Name": "curl", "DockerName": "curl",
                "Image": "111122223333.dkr.ecr.us-west-2.amazonaws.com/curltest:latest",
                "Labels": {"com.amazonaws.ecs.cluster": "default"},
                "LogDriver": "awslogs",
                "LogOptions": {"awslogs-group": "/ecs/containerlogs", "awslogs-region": "us-east-1", "awslogs-stream": "a/b"},
                "ContainerARN": "arn:aws:ecs:us-west-2:111122223333:container/05966557-f16c-49cb-9352-24b3a0dcd0e1",
            }),
            "GET /v4/abc/task" => json!({
                "Cluster": "default",
                "TaskARN": "arn:aws:ecs:us-west-2:111122223333:task/default/cd189a933e5849daa93386466019ab50",
                "Family": "curltest", "Revision": "3", "AvailabilityZone": "us-west-2d", "LaunchType": "FARGATE",
                "Containers": [],
            }),
            _ => return Say::Status(404),
        };
        Say::Ok(answer.to_string().into_bytes())
    }

    #[test]
    fn it_tells_of_the_container_and_its_task() {
        let server = Server::start(answer);
        let expected = json!({
            "origin": "AWS::ECS::Fargate",
            "aws": {
                "account_id": "111122223333",
                "cloudwatch_logs": [{
                    "log_group": "/ecs/containerlogs",
                    "arn": "arn:aws:logs:us-east-1:111122223333:log-group:/ecs/containerlogs",
                }],
                "ecs": {
                    "container": "curl",
                    "container_id": "cd189a933e5849daa93386466019ab50-2495160603",
                    "container_arn": "arn:aws:ecs:us-west-2:111122223333:container/05966557-f16c-49cb-9352-24b3a0dcd0e1",
                    "task_arn": "arn:aws:ecs:us-west-2:111122223333:task/default/cd189a933e5849daa93386466019ab50",
                    "task_family": "curltest",
                    "cluster_arn": "arn:aws:ecs:us-west-2:111122223333:cluster/default",
                    "launch_type": "fargate",
                    "availability_zone": "us-west-2d",
                },
            },
        });
        let uri = format!("{}/v4/abc", server.url());
        for variables in [
            &[("ECS_CONTAINER_METADATA_URI_V4", &*uri), ("ECS_CONTAINER_METADATA_URI", "http://127.0.0.1:1")][..],
            &[("ECS_CONTAINER_METADATA_URI", &format!("{uri}/"))],
        ] {
            assert_eq!(found(Platform::Auto, Path::new(NOWHERE), variables), expected);
        }
        assert_eq!(server.lines(), ["GET /v4/abc", "GET /v4/abc/task"].repeat(2));
    }

    #[test]
    fn on_machines_of_ec2_it_is_a_container() {
        let server = Server::start(|asked| match asked.line.ends_with("/task") {
            true => Say::Ok(br#"{"LaunchType":"EC2","Cluster":"arn:aws:ecs:a:1:cluster/c"}"#.to_vec()),
            false => Say::Ok(br#"{"Name":"app"}"#.to_vec()),
        });
        let root = files(&[("proc/self/cgroup", &format!("1:cpu:/ecs/x/{ID}"))]);
        let known = found(Platform::Auto, root.path(), &[("ECS_CONTAINER_METADATA_URI_V4", &server.url())]);
        let ecs = json!({
            "container": "app", "container_id": ID, "cluster_arn": "arn:aws:ecs:a:1:cluster/c", "launch_type": "ec2"
        });
        assert_eq!(known, json!({ "origin": "AWS::ECS::Container", "aws": { "ecs": ecs } }));
    }

    #[test]
    fn where_nobody_tells_it_is_still_ecs() {
        let root = files(&[("etc/hostname", "ip-10-0-0-1\n")]);
        let ecs = json!({ "ecs": { "container": "ip-10-0-0-1" } });
        let said = [Say::Status(500), Say::Status(404), Say::Ok(b"[".repeat(100_000)), Say::Ok(b"[]".to_vec())];
        for (said, asked) in said.into_iter().zip([6, 2, 2, 2]) {
            let server = Server::start(move |_| said.clone());
            let variables =
                [("ECS_CONTAINER_METADATA_URI_V4", &*server.url()), ("AWS_EXECUTION_ENV", "AWS_ECS_FARGATE")];
            let known = found(Platform::Auto, root.path(), &variables);
            assert_eq!(known, json!({ "origin": "AWS::ECS::Fargate", "aws": ecs }));
            assert_eq!(server.asked().len(), asked, "each is asked three times where that may help");
        }
        let odd = ("ECS_CONTAINER_METADATA_URI_V4", "file:///etc/passwd");
        let known = found(Platform::Ecs, Path::new(NOWHERE), &[odd]);
        assert_eq!(known, json!({ "origin": "AWS::ECS::Container", "aws": {} }));
        assert_eq!(found(Platform::Auto, Path::new(NOWHERE), &[odd, NO_EC2]), Value::Null);
    }

    #[test]
    fn hostile_answers_stay_within_bounds() {
        let long = "\\u0001\\\"ü".repeat(50_000);
        let server = Server::start(move |_| {
            let log = format!(r#""LogOptions":{{"awslogs-group":"{long}"}}"#);
            let text =
                format!(r#"{{"DockerName":"{long}","ContainerARN":"arn:a:b:{long}:{long}:x","Family":7,{log}}}"#);
            Say::Ok(text.into_bytes())
        });
        let known = found(Platform::Ecs, Path::new(NOWHERE), &[("ECS_CONTAINER_METADATA_URI_V4", &server.url())]);
        assert_eq!(known["origin"], "AWS::ECS::Container");
    }
}

mod ec2 {
    use super::*;

    const IDENTITY: &str = r#"{
        "accountId": "123456789012", "architecture": "x86_64", "availabilityZone": "us-west-2b", "billingProducts": null,
        "imageId": "ami-5fb8c835", "instanceId": "i-1234567890abcdef0", "instanceType": "t3.micro", "region": "us-west-2"
    }"#;

    fn identity() -> Value {
        json!({
            "account_id": "123456789012",
            "ec2": {
                "instance_id": "i-1234567890abcdef0", "availability_zone": "us-west-2b", "instance_size": "t3.micro",
                "ami_id": "ami-5fb8c835",
            },
        })
    }

    pub(super) fn service() -> Server {
        Server::start(|asked| match (&*asked.line, asked.header("x-aws-ec2-metadata-token")) {
            ("PUT /latest/api/token", _) => {
                assert_eq!(asked.header("x-aws-ec2-metadata-token-ttl-seconds"), Some("60"));
                Say::Ok(b"the-token".to_vec())
            }
            ("GET /latest/dynamic/instance-identity/document", Some("the-token")) => Say::Ok(IDENTITY.into()),
            _ => Say::Status(401),
        })
    }

    #[test]
    fn it_tells_of_the_machine() {
        let service = service();
        let root = files(&[(
            "opt/aws/amazon-cloudwatch-agent/etc/log-config.json",
            r#"{"version":"1","log_configs":[{"log_group_name":"/a"},{"log_group_name":"/b"},{"log_group_name":"/a"},{}]}"#,
        )]);
        let group = |name: &str| json!({ "log_group": name, "arn": format!("arn:aws:logs:us-west-2:123456789012:log-group:{name}") });
        let mut aws = identity();
        aws["cloudwatch_logs"] = json!([group("/a"), group("/b")]);
        let endpoint = format!("{}/", service.url());
        let known = found(Platform::Auto, root.path(), &[("AWS_EC2_METADATA_SERVICE_ENDPOINT", &endpoint)]);
        assert_eq!(known, json!({ "origin": "AWS::EC2::Instance", "aws": aws }));
        assert_eq!(service.asked().len(), 2);
    }

    #[test]
    fn version_1_is_asked_where_2_gives_no_token() {
        for refused in [403, 404, 405] {
            let service = Server::start(move |asked| match asked.line.starts_with("PUT") {
                true => Say::Status(refused),
                false => {
                    assert_eq!(asked.header("x-aws-ec2-metadata-token"), None);
                    Say::Ok(IDENTITY.into())
                }
            });
            let endpoint = ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &*service.url());
            assert_eq!(found(Platform::Auto, Path::new(NOWHERE), &[endpoint])["aws"], identity());
        }
    }

    #[test]
    fn version_1_is_asked_where_the_token_does_not_arrive() {
        let service = Server::start(|asked| match asked.line.starts_with("PUT") {
            true => Say::Nothing,
            false => Say::Ok(IDENTITY.into()),
        });
        let endpoint = ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &*service.url());
        let machine = Machine::at(Path::new(NOWHERE), &[endpoint]).of_patience(Duration::from_secs(1));
        assert_eq!(shown(Platform::Auto.find(&machine))["aws"], identity());
    }

    #[test]
    fn elsewhere_there_is_nothing_and_nobody_is_asked_twice() {
        let nobody = Server::start(|_| Say::Nothing).url();
        let refusing = Server::start(|_| Say::Status(400));
        let other_cloud = Server::start(|_| Say::Status(404));
        let odd = Server::start(|_| Say::Ok(b"{\"instanceId\":7}".to_vec()));
        let html = Server::start(|_| Say::Ok(b"<html>".to_vec()));
        for url in [nobody, refusing.url(), other_cloud.url(), odd.url(), html.url(), "no url".to_owned()] {
            let endpoint = ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &*url);
            assert_eq!(found(Platform::Auto, Path::new(NOWHERE), &[endpoint]), Value::Null, "{url}");
            let said = found(Platform::Ec2, Path::new(NOWHERE), &[endpoint]);
            assert_eq!(said, json!({ "origin": "AWS::EC2::Instance", "aws": {} }), "{url}");
        }
        assert_eq!((refusing.asked().len(), other_cloud.asked().len(), html.asked().len()), (2, 4, 4));
        assert_eq!(found(Platform::Auto, Path::new(NOWHERE), &[NO_EC2]), Value::Null);
    }

    #[test]
    fn it_can_be_switched_off() {
        let service = service();
        let variables = [("AWS_EC2_METADATA_SERVICE_ENDPOINT", &*service.url()), ("AWS_EC2_METADATA_DISABLED", "True")];
        assert_eq!(found(Platform::Auto, Path::new(NOWHERE), &variables), Value::Null);
        assert_eq!(service.lines(), [""; 0]);
    }
}

mod eks {
    use super::*;

    fn token(claims: &Value) -> String {
        const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut encoded = String::new();
        for three in claims.to_string().as_bytes().chunks(3) {
            let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
            for digit in 0..=three.len() {
                encoded.push(DIGITS[(bits >> (18 - 6 * digit) & 63) as usize] as char);
            }
        }
        format!("e30.{encoded}.c2lnbmF0dXJl\n")
    }

    const TOKEN: &str = "var/run/secrets/kubernetes.io/serviceaccount/token";

    #[test]
    fn it_is_told_by_the_account_of_the_pod() {
        let claims = json!({
            "iss": "https://oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",
            "kubernetes.io": { "namespace": "default", "pod": { "name": "experiments-api-7d4b9c6f5-x2x4q", "uid": "1" } },
        });
        let groups = format!("0::/kubepods.slice/cri-containerd-{ID}.scope");
        let root = files(&[(TOKEN, &token(&claims)), ("proc/self/cgroup", &groups)]);
        let variables = [("OTEL_RESOURCE_ATTRIBUTES", "a=b, k8s.cluster.name = production ,c=d"), NO_EC2];
        let eks = json!({
            "cluster_name": "production", "pod": "experiments-api-7d4b9c6f5-x2x4q", "container_id": ID,
        });
        let known = found(Platform::Auto, root.path(), &variables);
        assert_eq!(known, json!({ "origin": "AWS::EKS::Container", "aws": { "eks": eks } }));
    }

    #[test]
    fn other_kinds_of_kubernetes_are_not_taken_for_it() {
        let issued = |issuer: &str| token(&json!({ "iss": issuer }));
        for token in [
            issued("https://kubernetes.default.svc.cluster.local"),
            issued("https://example.com/oidc.eks.eu-central-1.amazonaws.com"),
            issued("oidc.eks.eu-central-1.amazonaws.com"),
            token(&json!({})),
            token(&json!([7])),
            "a.b".to_owned(),
            "opaque".to_owned(),
            "a.%%%.c".to_owned(),
            "x".repeat(1 << 20),
        ] {
            let root = files(&[(TOKEN, &token), ("etc/hostname", "pod-1")]);
            assert_eq!(found(Platform::Auto, root.path(), &[NO_EC2]), Value::Null, "{:.60}", token);
            let said = found(Platform::Eks, root.path(), &[NO_EC2]);
            assert_eq!(said, json!({ "origin": "AWS::EKS::Container", "aws": { "eks": { "pod": "pod-1" } } }));
        }
    }
}

mod elastic_beanstalk {
    use super::*;

    const FILE: &str = "var/elasticbeanstalk/xray/environment.conf";

    #[test]
    fn it_tells_of_the_environment_and_of_its_machine() {
        let file = r#"{"deployment_id": 32, "version_label": "app-1", "environment_name": "scorekeep", "secret": "x"}"#;
        let root = files(&[(FILE, file)]);
        let service = super::ec2::service();
        let variables = [
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &*service.url()),
            ("ECS_CONTAINER_METADATA_URI_V4", "http://127.0.0.1:1"),
        ];
        let known = found(Platform::Auto, root.path(), &variables);
        assert_eq!(known["origin"], "AWS::ElasticBeanstalk::Environment");
        assert_eq!(known["aws"]["ec2"]["instance_id"], "i-1234567890abcdef0");
        let environment = json!({ "deployment_id": 32, "version_label": "app-1", "environment_name": "scorekeep" });
        assert_eq!(known["aws"]["elastic_beanstalk"], environment);
    }

    #[test]
    fn a_file_that_is_garbage_is_still_its_sign() {
        for garbage in ["", "no", "[]", r#"{"deployment_id": {}, "version_label": null}"#] {
            let root = files(&[(FILE, garbage)]);
            let known = found(Platform::Auto, root.path(), &[NO_EC2]);
            assert_eq!(known, json!({ "origin": "AWS::ElasticBeanstalk::Environment", "aws": {} }), "{garbage}");
        }
    }
}

/// Started, and waited for until the thread is at its end.
fn started(platform: Platform, variables: &[(&str, &str)]) -> (Origin, Found) {
    let origin = Origin::on(platform, Machine::at(Path::new(NOWHERE), variables));
    let found = origin.start();
    (origin, found)
}

#[test]
fn lambda_is_known_at_once() {
    let variables = [("AWS_LAMBDA_FUNCTION_NAME", "f"), ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/f"), NO_EC2];
    for platform in [Platform::Auto, Platform::Lambda] {
        let (_, found) = started(platform, &variables);
        assert!(found.is_lambda());
        let aws = json!({ "cloudwatch_logs": [{ "log_group": "/aws/lambda/f" }] });
        assert_eq!(shown(found.known().cloned()), json!({ "origin": "AWS::Lambda::Function", "aws": aws }));
    }
    assert!(!started(Platform::Ecs, &variables).1.is_lambda() && !started(Platform::None, &variables).1.is_lambda());
}

#[test]
fn nothing_is_asked_where_nothing_is_wanted() {
    let service = ec2::service();
    let (origin, found) = started(Platform::None, &[("AWS_EC2_METADATA_SERVICE_ENDPOINT", &service.url())]);
    assert!(found.known().is_none() && !found.is_lambda());
    assert_eq!(Arc::strong_count(&origin.shared), 1, "no thread has it");
}

#[test]
fn clones_look_once_and_share_what_was_found() {
    let (tell, told) = mpsc::channel::<()>();
    let told = std::sync::Mutex::new(told);
    let service = Server::start(move |_| {
        let _ = told.lock().unwrap().recv();
        Say::Ok(br#"{"instanceId":"i-1"}"#.to_vec())
    });
    let (origin, found) = started(Platform::Auto, &[("AWS_EC2_METADATA_SERVICE_ENDPOINT", &service.url())]);
    let again = origin.clone().start();
    assert!(found.known().is_none(), "starting does not wait");
    drop(tell);
    while Arc::strong_count(&origin.shared) > 1 {
        std::thread::yield_now();
    }
    assert_eq!(found.known(), again.known());
    assert_eq!(found.known().unwrap().origin, "AWS::EC2::Instance");
    assert_eq!(service.lines(), ["PUT /latest/api/token", "GET /latest/dynamic/instance-identity/document"]);
    let debug = format!("{origin:?}");
    assert!(debug.contains("Auto") && debug.contains("AWS::EC2::Instance"), "{debug}");
}
