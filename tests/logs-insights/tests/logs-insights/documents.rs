//! The queries that the documents show are in the language, and ask for what lines have.

use tachograph_logs_insights::Query;

/// Blocks of a document that begin as queries do.
fn queries(document: &str) -> Vec<&str> {
    let blocks = document.split("```").skip(1).step_by(2);
    let texts = blocks.map(|block| block.split_once('\n').map_or("", |(_, text)| text));
    texts.filter(|text| ["filter ", "fields ", "parse ", "stats "].iter().any(|word| text.starts_with(word))).collect()
}

#[test]
fn what_documents_ask_is_in_the_language() {
    let documents = [include_str!("../../../../docs/aws.md"), include_str!("../../../../docs/findings.md")];
    let queries: Vec<&str> = documents.into_iter().flat_map(queries).collect();
    assert!(queries.len() > 8, "they are found: {}", queries.len());
    for text in queries {
        Query::parse(text).unwrap_or_else(|refused| panic!("{refused}\n{text}"));
    }
}
