//! What a function answers.

use serde_json::Value;

/// What became of an invocation.
#[derive(Debug, Clone)]
pub enum Answer {
    /// The function returned something.
    Response(Response),
    /// The function failed, and said so.
    Error(FunctionError),
    /// The deadline passed, and the process was killed.
    TimedOut,
}

/// What the function returned.
#[derive(Debug, Clone)]
pub struct Response {
    /// The answer; of a stream, what follows the prelude.
    pub body: Vec<u8>,
    /// The prelude of a stream, which has the status and the headers.
    pub prelude: Option<Value>,
}

/// What the function failed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionError {
    /// Its `errorType`.
    pub error_type: String,
    /// Its `errorMessage`.
    pub message: String,
}

impl Answer {
    /// What the function returned.
    ///
    /// # Panics
    /// When it failed.
    pub fn response(self) -> Response {
        match self {
            Answer::Response(response) => response,
            other => panic!("the function did not return: {other:?}"),
        }
    }

    /// What the function failed with.
    ///
    /// # Panics
    /// When it did not fail.
    pub fn error(self) -> FunctionError {
        match self {
            Answer::Error(error) => error,
            other => panic!("the function did not fail: {other:?}"),
        }
    }
}

impl Response {
    /// The answer as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }
}

/// The content type of a stream with a prelude.
const WITH_PRELUDE: &str = "application/vnd.awslambda.http-integration-response";

/// What ends a prelude.
const END_OF_PRELUDE: [u8; 8] = [0; 8];

/// Lambda takes no larger answer, unless it is a stream.
const MOST: usize = 6 * 1024 * 1024;

/// Reads what was posted as a response; an error says what is wrong with it.
pub(crate) fn response(headers: &http::HeaderMap, body: &[u8]) -> Result<Response, String> {
    let header = |name| headers.get(name).map(http::HeaderValue::as_bytes);
    match header("lambda-runtime-function-response-mode") {
        None if body.len() > MOST => Err(format!("an answer of {} bytes is too large", body.len())),
        None => match serde_json::from_slice::<Value>(body) {
            Ok(_) => Ok(Response { body: body.to_vec(), prelude: None }),
            Err(error) => Err(format!("an answer that is no JSON: {error}")),
        },
        Some(b"streaming") if header("content-type") == Some(WITH_PRELUDE.as_bytes()) => {
            let at = body.windows(END_OF_PRELUDE.len()).position(|window| window == END_OF_PRELUDE);
            let at = at.ok_or("a stream whose prelude does not end")?;
            let prelude = serde_json::from_slice(&body[..at]).map_err(|error| format!("a bad prelude: {error}"))?;
            Ok(Response { body: body[at + END_OF_PRELUDE.len()..].to_vec(), prelude: Some(prelude) })
        }
        Some(b"streaming") => Ok(Response { body: body.to_vec(), prelude: None }),
        Some(mode) => Err(format!("an unknown response mode: {}", String::from_utf8_lossy(mode))),
    }
}

/// Reads what was posted as an error.
pub(crate) fn error(headers: &http::HeaderMap, body: &[u8]) -> Result<FunctionError, String> {
    if !headers.contains_key("lambda-runtime-function-error-type") {
        return Err("an error without its header".to_owned());
    }
    let body: Value = serde_json::from_slice(body).map_err(|error| format!("an error that is no JSON: {error}"))?;
    let text = |name| body[name].as_str().map(str::to_owned).ok_or(format!("an error without {name}: {body}"));
    Ok(FunctionError { error_type: text("errorType")?, message: text("errorMessage")? })
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    fn headers(headers: &[(&'static str, &str)]) -> HeaderMap {
        headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn an_answer_is_json() {
        assert_eq!(response(&HeaderMap::new(), b"{\"id\":7}").unwrap().json()["id"], 7);
        assert!(response(&HeaderMap::new(), b"seven").unwrap_err().contains("no JSON"));
        let large = format!("\"{}\"", "x".repeat(MOST));
        assert!(response(&HeaderMap::new(), large.as_bytes()).unwrap_err().contains("too large"));
    }

    #[test]
    fn a_stream_has_its_prelude() {
        let mode = ("lambda-runtime-function-response-mode", "streaming");
        let streaming = headers(&[mode, ("content-type", WITH_PRELUDE)]);
        let read = response(&streaming, b"{\"statusCode\":200}\0\0\0\0\0\0\0\0rows").unwrap();
        assert_eq!((read.prelude.unwrap()["statusCode"].as_u64(), &read.body[..]), (Some(200), &b"rows"[..]));
        assert!(response(&streaming, b"{\"statusCode\":200}\0\0rows").is_err());
        assert!(response(&streaming, b"rows\0\0\0\0\0\0\0\0rows").is_err());
        assert_eq!(response(&headers(&[mode]), b"rows").unwrap().body, b"rows");
        let unknown = headers(&[("lambda-runtime-function-response-mode", "hurried")]);
        assert!(response(&unknown, b"1").unwrap_err().contains("hurried"));
    }

    #[test]
    fn an_error_has_a_type_and_a_message() {
        let of = headers(&[("lambda-runtime-function-error-type", "unhandled")]);
        let body = br#"{"errorType":"Resize","errorMessage":"no thumbnail"}"#;
        assert_eq!(error(&of, body).unwrap().error_type, "Resize");
        assert!(error(&HeaderMap::new(), body).unwrap_err().contains("header"));
        assert!(error(&of, br#"{"errorType":"Resize"}"#).unwrap_err().contains("errorMessage"));
        assert!(error(&of, b"Resize").is_err());
    }
}
