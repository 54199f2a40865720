//! A route of the control API: what answers it, and what is said of it. One value holds both, so that the description
//! cannot name what is not there, nor miss what is.

use actix_web::http::Method;
use actix_web::web;
use actix_web::{FromRequest, Handler, Responder, Route};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;

use super::code::ControlCode;

/// Makes a schema.
type Describe = Box<dyn Fn(&mut SchemaGenerator) -> Schema>;

/// Routes that are about the same.
pub struct Area {
    /// What they are about, in a word.
    pub name: &'static str,
    /// What they are about, in a sentence.
    pub about: &'static str,
    /// The routes.
    pub endpoints: Vec<Endpoint>,
}

impl Area {
    /// Routes that are about the same.
    pub fn new(name: &'static str, about: &'static str, endpoints: Vec<Endpoint>) -> Self {
        Self { name, about, endpoints }
    }
}

/// A route, and what is said of it.
#[must_use]
pub struct Endpoint {
    /// The method.
    pub method: Method,
    /// The path behind `/_millpond`, with `{parameters}`.
    pub path: &'static str,
    /// Its name for programs, unique.
    pub id: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// What the query may have.
    pub query: Vec<Parameter>,
    /// What the body has to be.
    pub body: Option<Body>,
    /// What it answers when all goes well, and where an error has another shape than the common one.
    pub answers: Vec<Answer>,
    /// The codes with which it refuses, beside those that its path, query and body bring along.
    pub refusals: Vec<ControlCode>,
    /// Whether a page that this machine serves from another port may call it.
    pub for_neighbours: bool,
    /// What answers it.
    pub route: Route,
}

/// A parameter of a query.
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub about: &'static str,
    /// What it can be.
    pub schema: Value,
    /// Whether it has to be there.
    pub required: bool,
}

impl Parameter {
    /// One that may be left out.
    pub fn new(name: &'static str, about: &'static str, schema: Value) -> Self {
        Self { name, about, schema, required: false }
    }

    /// One that has to be there.
    pub fn required(name: &'static str, about: &'static str, schema: Value) -> Self {
        Self { required: true, ..Self::new(name, about, schema) }
    }
}

/// A body of a request.
pub struct Body {
    /// What it has to be.
    pub schema: Describe,
    /// Bodies that are understood, as JSON.
    pub examples: &'static [&'static str],
}

/// An answer.
pub struct Answer {
    /// The status; `None` for any other than those that are named.
    pub status: Option<u16>,
    /// What it means.
    pub about: &'static str,
    /// Its content type.
    pub content: &'static str,
    /// What it looks like.
    pub schema: Describe,
}

const JSON: &str = "application/json";

/// The schema of a type.
pub fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

impl Endpoint {
    /// A route of which no more is known than where it is.
    pub fn new<F, Args>(method: Method, path: &'static str, id: &'static str, summary: &'static str, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let route = web::method(method.clone()).to(handler);
        let (query, body, answers, refusals) = (Vec::new(), None, Vec::new(), Vec::new());
        // Reading is harmless unless it is said to show secrets; changing is not unless it is said to be.
        let for_neighbours = method == Method::GET;
        Self { method, path, id, summary, query, body, answers, refusals, for_neighbours, route }
    }

    /// It shows secrets, or tokens that are as good: not to a page that this machine serves from another port.
    pub fn shows_secrets(self) -> Self {
        Self { for_neighbours: false, ..self }
    }

    /// A page that this machine serves from another port may call it, although it does more than look.
    pub fn serves_neighbours(self) -> Self {
        Self { for_neighbours: true, ..self }
    }

    /// It reads these from the query.
    pub fn asks(self, parameters: impl IntoIterator<Item = Parameter>) -> Self {
        Self { query: parameters.into_iter().collect(), ..self }
    }

    /// It reads a body of this type, such as these, given as JSON.
    pub fn takes<T: JsonSchema + 'static>(self, examples: &'static [&'static str]) -> Self {
        self.takes_what(of::<T>, examples)
    }

    /// It reads a body that no type describes.
    pub fn takes_what(
        self,
        schema: impl Fn(&mut SchemaGenerator) -> Schema + 'static,
        examples: &'static [&'static str],
    ) -> Self {
        Self { body: Some(Body { schema: Box::new(schema), examples }), ..self }
    }

    /// It answers 200 with this type.
    pub fn answers<T: JsonSchema + 'static>(self) -> Self {
        self.answers_what(200, "Done", of::<T>)
    }

    /// It answers 201 with this type.
    pub fn creates<T: JsonSchema + 'static>(self) -> Self {
        self.answers_what(201, "Made", of::<T>)
    }

    /// It answers 200 with a list of this type.
    pub fn lists<T: JsonSchema + 'static>(self) -> Self {
        self.answers_what(200, "The list", of::<T>)
    }

    /// It answers this status with what no type describes.
    pub fn answers_what(
        mut self,
        status: u16,
        about: &'static str,
        schema: impl Fn(&mut SchemaGenerator) -> Schema + 'static,
    ) -> Self {
        self.answers.push(Answer { status: Some(status), about, content: JSON, schema: Box::new(schema) });
        self
    }

    /// It can answer any status with this type.
    pub fn may_answer<T: JsonSchema + 'static>(mut self, about: &'static str) -> Self {
        self.answers.push(Answer { status: None, about, content: JSON, schema: Box::new(of::<T>) });
        self
    }

    /// It answers 200 with events for as long as there is a reader.
    pub fn streams(mut self) -> Self {
        let schema = Box::new(|_: &mut SchemaGenerator| json_schema!({ "type": "string" }));
        self.answers.push(Answer { status: Some(200), about: "Events", content: "text/event-stream", schema });
        self
    }

    /// It refuses with one of these codes.
    pub fn refuses(mut self, codes: &[ControlCode]) -> Self {
        self.refusals.extend(codes);
        self
    }

    /// It reads through many rows, for which the store gives a bounded time.
    pub fn reads_much(self) -> Self {
        self.refuses(&[ControlCode::TooSlow])
    }
}

macro_rules! methods {
    ($($name:ident $method:ident)*) => {$(
        #[doc = concat!("A route of the method ", stringify!($method), ".")]
        pub fn $name<F, Args>(path: &'static str, id: &'static str, summary: &'static str, handler: F) -> Endpoint
        where
            F: Handler<Args>,
            Args: FromRequest + 'static,
            F::Output: Responder + 'static,
        {
            Endpoint::new(Method::$method, path, id, summary, handler)
        }
    )*};
}

methods! { get GET post POST put PUT patch PATCH delete DELETE }
