//! What is printed at start.

use std::net::SocketAddr;

/// The address, and a command for each thing that the demonstration shows.
pub fn how_to_try(address: SocketAddr) -> String {
    format!(
        "listening on http://{address}; each request gives a line on stdout, and more where its calls are worth a look.\n\
         Where the time goes is shown at http://{address}/tachograph\n\
         \x20 curl 'http://{address}/experiments/1'                      # one query\n\
         \x20 curl 'http://{address}/experiments'                        # 1 + N queries, and a verdict that says so\n\
         \x20 curl 'http://{address}/experiments?joined=true'            # the same by one\n\
         \x20 curl 'http://{address}/experiments/1/report'               # two queries and a call, at once\n\
         \x20 curl 'http://{address}/flags/dark-mode'                    # cache miss, then hit\n\
         \x20 curl 'http://{address}/export?rows=100000' -o /dev/null    # a body that is produced while it is sent\n\
         \x20 curl 'http://{address}/slow?ms=1200'                       # waiting, which is found\n\
         \x20 curl 'http://{address}/work?queries=30&calls=11&misses=12'    # four findings at once\n\
         \x20 curl 'http://{address}/fail?status=503'                    # an error\n\
         \x20 curl 'http://{address}/panic'                              # a panic\n\
         \x20 curl 'http://{address}/health'                             # whether it is well; also /readyz, /livez\n\
         \x20 curl 'http://{address}/metrics'                            # what Prometheus scrapes\n\
         \x20 curl 'http://{address}/experiments' -H 'x-user-id: ada' --json '{{\"name\": \"New\", \"key\": \"new\"}}'\n\
         \x20 curl 'http://{address}/experiments/1/assignments' --json '{{\"user_id\": \"ada\"}}'\n\
         \x20 curl 'http://{address}/events' --json '{{\"experiment_id\": 1, \"user_id\": \"ada\", \"name\": \"click\"}}'\n\
         Ctrl-C ends it.\n"
    )
}
