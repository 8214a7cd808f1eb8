//! What a request costs with tachograph, beside nothing, the floor and the crates people use today.
