//! How a route is written in a record: `/experiments/{id}`, as in every framework.

use std::cell::RefCell;

use rocket::Route;

thread_local! {
    // Written anew for each request, into the same memory.
    static TEMPLATE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Hands over the template of a route: `<id>` as `{id}`, `<path..>` as `{*path}`, without the query.
pub(crate) fn with_template<R>(route: &Route, take: impl FnOnce(&str) -> R) -> R {
    let path = route.uri.path();
    if !path.contains('<') {
        return take(path);
    }
    TEMPLATE.with_borrow_mut(|template| {
        template.clear();
        write(path, template);
        take(template)
    })
}

fn write(path: &str, template: &mut String) {
    for (place, segment) in path.split('/').enumerate() {
        if place > 0 {
            template.push('/');
        }
        match segment.strip_prefix('<').and_then(|segment| segment.strip_suffix('>')) {
            None => template.push_str(segment),
            Some(name) => {
                let rest = name.strip_suffix("..");
                template.push_str(if rest.is_some() { "{*" } else { "{" });
                template.push_str(rest.unwrap_or(name));
                template.push('}');
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rockets_spelling_becomes_that_of_all() {
        for (rockets, ours) in [
            ("/", "/"),
            ("/experiments", "/experiments"),
            ("/experiments/<id>", "/experiments/{id}"),
            ("/experiments/<id>/report", "/experiments/{id}/report"),
            ("/<a>/<b>", "/{a}/{b}"),
            ("/files/<path..>", "/files/{*path}"),
            ("/<_>/<_..>", "/{_}/{*_}"),
            ("/<path..>", "/{*path}"),
        ] {
            let mut template = String::new();
            write(rockets, &mut template);
            assert_eq!(template, ours);
        }
    }
}
