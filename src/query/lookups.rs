//! The SQL of fields that are no single value: what a thing is listed under and the words of its text, which are looked up in
//! tables of their own and give numbers of things, so that an index serves them whatever else is asked; parts of objects; places.

use serde_json::Value;

use super::field::Test;
use super::pieces::{joined, json_types, parameter, step};
use super::place::{Bounds, Circle, DISTANCE, Place};
use super::sql::{NOBODY, Writer};

/// Stands for the texts that are looked for.
const VALUES: &str = "{values}";

impl Writer {
    /// Is listed under one of the texts, or under all.
    pub(super) fn listed(&mut self, key: &str, of: &str, test: &Test) -> String {
        let mut under = |texts: &[Value]| {
            let place = self.bind(Value::from(texts).to_string());
            format!("{key} IN ({})", of.replace(VALUES, &place))
        };
        match test {
            Test::OneOf(any) => under(any),
            Test::ListedUnder(all) => {
                let each: Vec<String> = all.iter().map(|text| under(std::slice::from_ref(text))).collect();
                joined(&each, " AND ", "TRUE")
            }
            _ => NOBODY.to_owned(),
        }
    }

    /// Has each of the words, or a word that begins so; or is tested as a text.
    pub(super) fn searched(&mut self, whole: &str, (key, of, column): (&str, &str, &str), test: &Test) -> String {
        let (words, is_whole) = match test {
            Test::WholeWords(words) => (words, true),
            Test::Words(words) => (words, false),
            _ => return self.scalar(whole, test),
        };
        let each = words.iter().map(|word| {
            let place = self.bind(word.clone());
            let is_it = if is_whole {
                format!("{column} = {place}")
            } else {
                // Nothing that begins so lies beyond it: no word has that character.
                let end = self.bind(format!("{word}{}", char::MAX));
                format!("{column} >= {place} AND {column} < {end}")
            };
            format!("{key} IN ({of} AND {is_it})")
        });
        joined(&each.collect::<Vec<_>>(), " AND ", NOBODY)
    }

    pub(super) fn object(&mut self, column: &str, test: &Test) -> String {
        match test {
            Test::Part(any) => {
                let any: Vec<String> = any.iter().map(|part| self.part(column, "$", part)).collect();
                joined(&any, " OR ", NOBODY)
            }
            Test::PathExists(path) => format!("json_type({column}, {}) IS NOT NULL", self.bind_path(path)),
            _ => NOBODY.to_owned(),
        }
    }

    /// Whether the value is a part of what lies there. An object has all members of the part, each as a part of its own; a list
    /// has all items of the part, in any order. Inferred: that lists which hold structures are equal, or are no part.
    fn part(&mut self, column: &str, json_path: &str, value: &Value) -> String {
        match value {
            Value::Object(members) => {
                let at = self.bind(json_path.to_owned());
                let mut parts = vec![format!("json_type({column}, {at}) = 'object'")];
                for (key, member) in members {
                    parts.push(self.part(column, &format!("{json_path}{}", step(key)), member));
                }
                joined(&parts, " AND ", NOBODY)
            }
            Value::Array(items) if !items.iter().any(|item| item.is_array() || item.is_object()) => {
                let at = self.bind(json_path.to_owned());
                let mut parts = vec![format!("json_type({column}, {at}) = 'array'")];
                for item in items {
                    let types = json_types(item);
                    let is_it = if item.is_string() || item.is_number() {
                        format!(" AND e.value = {}", self.bind(parameter(item)))
                    } else {
                        String::new()
                    };
                    parts.push(format!(
                        "EXISTS (SELECT 1 FROM json_each({column}, {at}) e WHERE e.type IN ({types}){is_it})"
                    ));
                }
                joined(&parts, " AND ", NOBODY)
            }
            _ => self.structure(column, json_path, value),
        }
    }

    pub(super) fn near(&mut self, Place { lat, lng }: Place, circle: Circle) -> String {
        let (at_lat, at_lng, km) = (self.bind(circle.lat), self.bind(circle.lng), self.bind(circle.km));
        format!("({lat} IS NOT NULL AND {DISTANCE}({lat}, {lng}, {at_lat}, {at_lng}) <= {km})")
    }

    pub(super) fn within(&mut self, Place { lat, lng }: Place, bounds: Bounds) -> String {
        let (south, north) = (self.bind(bounds.south), self.bind(bounds.north));
        let (west, east) = (self.bind(bounds.west), self.bind(bounds.east));
        let by = if bounds.west <= bounds.east { "AND" } else { "OR" };
        format!("({lat} BETWEEN {south} AND {north} AND ({lng} >= {west} {by} {lng} <= {east}))")
    }
}
