//! Errors as clients get them: one JSON form for all (RFC 9457), made of the library's kinds. No path and no message of a breakdown
//! leaves the process.

use std::path::Path;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lifecircle::error::ErrorKind;
use lifecircle::network::NoStreet;
use lifecircle::say;
use lifecircle::text::{Language, Text};
use schemars::JsonSchema;
use serde::Serialize;

/// What went wrong.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    body: Body,
    /// What is wrong in Chinese, for clients that ask for it.
    in_chinese: Box<str>,
    retry_after: Option<u32>,
}

/// What is wrong and how to fix it, as [`Problem`] takes it: in both languages, or in words for programmers, which are English.
pub struct Detail(Text);

impl From<Text> for Detail {
    fn from(text: Text) -> Self {
        Self(text)
    }
}

impl From<String> for Detail {
    fn from(text: String) -> Self {
        Self(Text::same(text))
    }
}

impl From<&str> for Detail {
    fn from(text: &str) -> Self {
        Self(Text::same(text))
    }
}

/// What an answer tells of a problem in Chinese, kept with the answer until it is known who asked.
#[derive(Clone)]
struct InChinese(Body);

/// Tells of problems in the language that a client asks for (`Accept-Language`).
pub async fn in_language_of_client(request: axum::extract::Request, next: axum::middleware::Next) -> Response {
    let wants_chinese = language_of(request.headers()) == Language::Chinese;
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<InChinese>() {
        Some(InChinese(body)) if wants_chinese => {
            let (parts, _) = response.into_parts();
            let mut told = (parts.status, Json(body)).into_response();
            *told.headers_mut() = parts.headers;
            told.headers_mut().remove(header::CONTENT_LENGTH);
            told.headers_mut().remove(header::CONTENT_ENCODING);
            told
        }
        _ => response,
    }
}

/// The language that a client asks for first.
pub fn language_of(headers: &axum::http::HeaderMap) -> Language {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_chinese = asked.trim_start().get(..2).is_some_and(|start| start.eq_ignore_ascii_case("zh"));
    if is_chinese { Language::Chinese } else { Language::English }
}

/// The body of an answer that tells of a problem: `application/problem+json`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Body {
    /// Always `about:blank`; `code` tells problems apart.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    /// The status.
    status: u16,
    /// A word for the problem that does not change.
    code: &'static str,
    /// What is wrong and how to fix it.
    detail: String,
}

impl Body {
    /// What is wrong and how to fix it.
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

impl Problem {
    /// A problem with a status, a word that does not change, and a sentence.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<Detail>) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        let Detail(Text { en, zh }) = detail.into();
        let body = Body { kind: "about:blank", title, status: status.as_u16(), code, detail: en };
        Self { status, body, in_chinese: zh.into(), retry_after: None }
    }

    /// What is wrong and how to fix it.
    pub fn text(&self) -> Text {
        Text { en: self.body.detail.clone(), zh: self.in_chinese.to_string() }
    }

    /// What was asked for is not there.
    pub fn not_found(detail: impl Into<Detail>) -> Self {
        Self::new(StatusCode::NOT_FOUND, ErrorKind::NotFound.code(), detail)
    }

    /// What was given is not right.
    pub fn bad_input(detail: impl Into<Detail>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorKind::BadInput.code(), detail)
    }

    /// No way leads from one place to another.
    pub fn no_way(detail: impl Into<Detail>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "no_way", detail)
    }

    /// The disk does not take what should be kept.
    pub fn cannot_keep() -> Self {
        let detail = say!(
            "this could not be kept on the server's disk; look whether there is room, and who may write there",
            "服务器磁盘无法保存；请检查剩余空间和写入权限"
        );
        Self::new(StatusCode::INSUFFICIENT_STORAGE, "cannot_keep", detail)
    }

    /// More was sent than is taken.
    pub fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            say!("more was sent than this server takes; send less", "发送的内容过大；请减小"),
        )
    }

    /// One client asks more than its share.
    pub fn too_many() -> Self {
        let detail = say!("this client asks more than its share; try again in a second", "请求过于频繁；请稍后再试");
        Self { retry_after: Some(1), ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail) }
    }

    /// Whoever writes must say who they are.
    pub fn not_signed_in() -> Self {
        let detail = say!(
            "this changes something: send the token that the server told at start, as Authorization: Bearer TOKEN",
            "此操作会改动内容：请附上服务器启动时给出的令牌（Authorization: Bearer TOKEN）"
        );
        Self::new(StatusCode::UNAUTHORIZED, "not_signed_in", detail)
    }

    /// Whoever asks must sign in at the desk.
    pub fn no_session() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "not_signed_in", say!("sign in first", "请先登录"))
    }

    /// Whoever asks may not.
    pub fn not_allowed(detail: impl Into<Detail>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "not_allowed", detail)
    }

    /// There is something of this name.
    pub fn exists(detail: impl Into<Detail>) -> Self {
        Self::new(StatusCode::CONFLICT, ErrorKind::Exists.code(), detail)
    }

    /// There is more to do than can be done now.
    pub fn busy() -> Self {
        let detail =
            say!("the server has more to compute than it can now; try again in a second", "服务器正忙；请稍后再试");
        Self { retry_after: Some(1), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail) }
    }

    /// Its status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What is wrong and how to fix it.
    pub fn detail(&self) -> &str {
        &self.body.detail
    }

    /// What is told of it in a language.
    pub fn body_in(self, language: Language) -> Body {
        match language {
            Language::English => self.body,
            Language::Chinese => Body { detail: self.in_chinese.into(), ..self.body },
        }
    }

    /// Whether the work was stopped.
    pub fn is_cancelled(&self) -> bool {
        self.body.code == ErrorKind::Cancelled.code()
    }

    /// A mistake of the program's own.
    pub fn internal() -> Self {
        let detail = say!(
            "this is a mistake in lifecircle; please report what you asked for",
            "这是 lifecircle 自身的错误；请将所做的操作反馈给我们"
        );
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, ErrorKind::Internal.code(), detail)
    }
}

impl From<lifecircle::Error> for Problem {
    fn from(error: lifecircle::Error) -> Self {
        let status = match error.kind() {
            ErrorKind::NotFound => StatusCode::NOT_FOUND,
            ErrorKind::BadInput => StatusCode::BAD_REQUEST,
            ErrorKind::Exists => StatusCode::CONFLICT,
            ErrorKind::Unsupported => StatusCode::UNPROCESSABLE_ENTITY,
            ErrorKind::Damaged => StatusCode::UNPROCESSABLE_ENTITY,
            // Nobody waits for the answer of work that was stopped, but a job may tell of it.
            ErrorKind::Cancelled => StatusCode::SERVICE_UNAVAILABLE,
            ErrorKind::Io | ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let code = error.kind().code();
        // Where files lie is nobody's business; what they are called is.
        let directory = error.path().and_then(Path::parent).map(Path::to_path_buf);
        let error = match directory {
            Some(directory) => error.moved(&directory, Path::new("")),
            None => error,
        };
        let told = |language| error.sentence(language, |setting| format!("`{}`", setting.name()));
        Self::new(status, code, Text { en: told(Language::English), zh: told(Language::Chinese) })
    }
}

impl From<NoStreet> for Problem {
    fn from(none: NoStreet) -> Self {
        let detail = match none.nearest {
            Some(metres) => say!(
                "no street that this walker can use is near; the next is {:.0} m away",
                "附近没有该步行者可走的道路；最近的在 {:.0} 米外",
                metres.0
            ),
            None => say!("there is no street that this walker can use", "没有该步行者可走的道路"),
        };
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "no_street", detail)
    }
}

/// Every operation may answer with a problem; that is told once for all.
impl aide::OperationOutput for Problem {
    type Inner = Body;
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let zh = Body { detail: self.in_chinese.into(), ..self.body.clone() };
        let mut response = (self.status, Json(self.body)).into_response();
        response.extensions_mut().insert(InChinese(zh));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
