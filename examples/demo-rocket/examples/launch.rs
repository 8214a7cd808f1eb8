//! scratch
use rocket::*;
#[get("/hello")] fn hello() -> &'static str { "hello" }
#[get("/slow")] async fn slow() { rocket::tokio::time::sleep(std::time::Duration::from_secs(60)).await; }
#[get("/block")] fn block() { std::thread::sleep(std::time::Duration::from_secs(60)); }
#[launch]
fn rocket() -> _ {
    let guard = tachograph::init!().expect("configured");
    let f = tachograph::rocket::fairing();
    let f = if std::env::var("HELD").is_ok() { drop(guard); f } else { f.owning(guard) };
    rocket::custom(Config::figment().merge(("port", 18777)).merge(("log_level", "off"))).mount("/", tachograph::rocket::measure(routes![hello, slow, block])).attach(f)
}
