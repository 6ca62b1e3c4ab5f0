//! Parquet tables as JSON Lines, so that they are read as the other tables are.

use bytes::Bytes;
use parquet::{
    file::reader::{FileReader as _, SerializedFileReader},
    record::{Field, Row},
};

use super::File;
use crate::model::Fault;

/// What every Parquet file begins with.
pub(super) const MAGIC: &[u8] = b"PAR1";

/// One JSON object a row.
///
/// # Errors
/// `results:syntax` when the file cannot be read as Parquet.
pub(super) fn json_lines(file: &File<'_>) -> Result<String, Fault> {
    let broken =
        |error: &dyn std::fmt::Display| file.broken(&format!("cannot be read as Parquet: {error}"));
    let reader = SerializedFileReader::new(Bytes::copy_from_slice(file.bytes))
        .map_err(|error| broken(&error))?;
    let rows = reader.get_row_iter(None).map_err(|error| broken(&error))?;
    let mut lines = String::new();
    for row in rows {
        lines.push_str(&object(&row.map_err(|error| broken(&error))?));
        lines.push('\n');
    }
    Ok(lines)
}

fn object(row: &Row) -> String {
    let members: serde_json::Map<String, serde_json::Value> = (row.get_column_iter())
        .map(|(name, field)| (name.clone(), value(field)))
        .collect();
    serde_json::Value::Object(members).to_string()
}

fn value(field: &Field) -> serde_json::Value {
    match field {
        Field::Null => serde_json::Value::Null,
        Field::Bool(value) => (*value).into(),
        Field::Byte(value) => (*value).into(),
        Field::Short(value) => (*value).into(),
        Field::Int(value) => (*value).into(),
        Field::Long(value) => (*value).into(),
        Field::UByte(value) => (*value).into(),
        Field::UShort(value) => (*value).into(),
        Field::UInt(value) => (*value).into(),
        Field::ULong(value) => (*value).into(),
        Field::Float(value) => (*value).into(),
        Field::Double(value) => (*value).into(),
        Field::Str(text) => text.clone().into(),
        // The tables of tools have none of these; as text they are at least seen.
        other => other.to_string().into(),
    }
}
