use crate::service::{Shop, Visit};

#[test]
fn smoke() {
    let shop = Shop::new();
    for n in 0..20 {
        shop.visit(Visit { queries: n % 3 * 3, own: 1000 + n as u64 * 100, ..Visit::default() });
    }
    shop.visit(Visit { own: 2_000_000, status: 500, ..Visit::default() });
    for address in [
        "/endpoints.json",
        "/endpoint.json?method=GET&route=/orders/{id}",
        "/requests.json?limit=2",
        "/request.json?id=00000000-0000-4000-8000-000000000001",
        "/status.json",
    ] {
        let r = shop.get(address);
        println!("{address} {} {}", r.status, String::from_utf8_lossy(&r.body));
    }
    println!("{:?}", shop.records().len());
}
