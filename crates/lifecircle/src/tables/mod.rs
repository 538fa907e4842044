//! Tables: named columns of equal length and perhaps a geometry for each row, and the formats they are written in.
//!
//! The city on disk and all results are tables. A table knows nothing of what its columns mean.

mod csv;
mod flatgeobuf;
mod geojson;
mod geopackage;
mod geoparquet;
pub(crate) mod parquet_file;
pub(crate) mod wkb;
mod xlsx;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray, UInt32Array,
};
use arrow_schema::{DataType, Field, Schema};
use arrow_select::take::{TakeOptions, take};
use geo_types::Geometry;

use crate::error::{Error, Result};

pub use geoparquet::read as read_parquet;

/// The formats in which results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// GeoParquet, or plain Parquet without a geometry.
    Parquet,
    /// GeoJSON.
    GeoJson,
    /// CSV with `lon` and `lat` of points.
    Csv,
    /// A workbook with `lon` and `lat` of points.
    Xlsx,
    /// GeoPackage.
    GeoPackage,
    /// FlatGeobuf; only of tables with a geometry.
    FlatGeobuf,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Parquet, Self::GeoJson, Self::Csv, Self::Xlsx, Self::GeoPackage, Self::FlatGeobuf];

    /// The ending of its files.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::GeoJson => "geojson",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::GeoPackage => "gpkg",
            Self::FlatGeobuf => "fgb",
        }
    }

    /// The format that a file's name ends in.
    ///
    /// # Errors
    /// If it is none of these.
    pub fn of_file(path: &Path) -> Result<Self> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
        Self::ALL.into_iter().find(|format| format.extension() == ending).ok_or_else(|| {
            let endings: Vec<String> = Self::ALL.iter().map(|format| format!(".{}", format.extension())).collect();
            Error::unsupported(say!("its name does not tell the format", "从文件名无法判断格式")).file(path).hint(say!(
                "let it end in {}",
                "扩展名可为 {}",
                endings.join(", ")
            ))
        })
    }
}

/// A table.
#[derive(Debug, Clone, Default)]
pub struct Table {
    columns: Vec<(String, ArrayRef)>,
    geometry: Option<Vec<Geometry<f64>>>,
}

impl Table {
    /// An empty table; add columns with the methods that follow.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a column of text.
    #[must_use]
    pub fn text<S: AsRef<str>>(self, name: &str, values: impl IntoIterator<Item = S>) -> Self {
        self.column(name, Arc::new(StringArray::from_iter_values(values)))
    }

    /// Adds a column of text that may be missing.
    #[must_use]
    pub fn maybe_text<S: AsRef<str>>(self, name: &str, values: impl IntoIterator<Item = Option<S>>) -> Self {
        self.column(name, Arc::new(values.into_iter().collect::<StringArray>()))
    }

    /// Adds a column of numbers.
    #[must_use]
    pub fn numbers(self, name: &str, values: impl IntoIterator<Item = f64>) -> Self {
        self.column(name, Arc::new(Float64Array::from_iter_values(values)))
    }

    /// Adds a column of numbers that may be missing.
    #[must_use]
    pub fn maybe_numbers(self, name: &str, values: impl IntoIterator<Item = Option<f64>>) -> Self {
        self.column(name, Arc::new(values.into_iter().collect::<Float64Array>()))
    }

    /// Adds a column of small whole numbers.
    #[must_use]
    pub fn integers(self, name: &str, values: impl IntoIterator<Item = i32>) -> Self {
        self.column(name, Arc::new(Int32Array::from_iter_values(values)))
    }

    /// Adds a column of small whole numbers that may be missing.
    #[must_use]
    pub fn maybe_integers(self, name: &str, values: impl IntoIterator<Item = Option<i32>>) -> Self {
        self.column(name, Arc::new(values.into_iter().collect::<Int32Array>()))
    }

    /// Adds a column of ids.
    #[must_use]
    pub fn ids(self, name: &str, values: impl IntoIterator<Item = i64>) -> Self {
        self.column(name, Arc::new(Int64Array::from_iter_values(values)))
    }

    /// Adds a column of yes and no.
    #[must_use]
    pub fn flags(self, name: &str, values: impl IntoIterator<Item = bool>) -> Self {
        self.column(name, Arc::new(values.into_iter().map(Some).collect::<BooleanArray>()))
    }

    /// Gives every row its geometry.
    #[must_use]
    pub fn geometry(mut self, values: impl IntoIterator<Item = Geometry<f64>>) -> Self {
        self.geometry = Some(values.into_iter().collect());
        self
    }

    fn column(mut self, name: &str, values: ArrayRef) -> Self {
        self.columns.push((name.to_owned(), values));
        self
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or_else(|| self.geometry.as_ref().map_or(0, Vec::len), |(_, values)| values.len())
    }

    /// Names of the columns.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    /// The geometries, if there are any.
    pub fn geometries(&self) -> Option<&[Geometry<f64>]> {
        self.geometry.as_deref()
    }

    /// Some of the rows, in the order in which they are named.
    ///
    /// # Errors
    /// If there is no such row.
    pub fn select(&self, rows: &[u32]) -> Result<Self> {
        let wanted = UInt32Array::from(rows.to_vec());
        let taken = |(name, values): &(String, ArrayRef)| {
            let checked = TakeOptions { check_bounds: true };
            let values = take(values, &wanted, Some(checked));
            values
                .map(|values| (name.clone(), values))
                .map_err(|e| Error::new(say!("no such rows ({e})", "没有这些行（{e}）")))
        };
        let geometry =
            |all: &Vec<Geometry<f64>>| rows.iter().filter_map(|row| all.get(*row as usize).cloned()).collect();
        Ok(Self {
            columns: self.columns.iter().map(taken).collect::<Result<_>>()?,
            geometry: self.geometry.as_ref().map(geometry),
        })
    }

    /// Writes the table.
    ///
    /// # Errors
    /// If two columns have one name, or the file cannot be written.
    pub fn write(&self, path: &Path, format: Format) -> Result<()> {
        let mut names = BTreeSet::new();
        if let Some(name) = self.names().find(|name| !names.insert(*name)) {
            return Err(Error::new(say!("two columns are called `{name}`", "有两列名为 `{name}`"))
                .file(path)
                .hint(say!("call one otherwise", "请为其中一列改名")));
        }
        match format {
            Format::Parquet => geoparquet::write(self, path),
            Format::GeoJson => geojson::write(self, path),
            Format::Csv => csv::write(self, path),
            Format::Xlsx => xlsx::write(self, path),
            Format::GeoPackage => geopackage::write(self, path),
            Format::FlatGeobuf => flatgeobuf::write(self, path),
        }
    }

    /// The table as an Arrow record batch, for programs that take it without a file; geometries are WKB in the column `geometry`.
    ///
    /// ```
    /// use lifecircle::tables::Table;
    ///
    /// let batch = Table::new().text("id", ["a", "b"]).numbers("minutes", [4.0, 7.5]).to_batch()?;
    /// assert_eq!((batch.num_rows(), batch.num_columns()), (2, 2));
    /// # Ok::<(), lifecircle::Error>(())
    /// ```
    ///
    /// # Errors
    /// If columns are of unequal length.
    pub fn to_batch(&self) -> Result<RecordBatch> {
        let batch = self.batch()?;
        match &self.geometry {
            Some(geometries) => geoparquet::with_geometry(&batch, geometries),
            None => Ok(batch),
        }
    }

    fn batch(&self) -> Result<RecordBatch> {
        let fields: Vec<Field> =
            self.columns.iter().map(|(name, values)| Field::new(name, values.data_type().clone(), true)).collect();
        RecordBatch::try_new(
            Arc::new(Schema::new(fields)),
            self.columns.iter().map(|(_, values)| values.clone()).collect(),
        )
        .map_err(|e| Error::unsupported(say!("the table's columns do not fit together ({e})", "表的各列不匹配（{e}）")))
    }

    /// A typed view of a column.
    fn typed<A: 'static>(&self, name: &str, data_type: &DataType) -> Result<&A> {
        let missing = || {
            Error::new(say!("the column `{name}` is missing or of another type", "缺少列 `{name}`，或其类型不符"))
                .hint(say!("import the city again", "请重新导入该城市"))
        };
        let (_, values) = self.columns.iter().find(|(column, _)| column == name).ok_or_else(missing)?;
        if values.data_type() != data_type {
            return Err(missing());
        }
        values.as_any().downcast_ref::<A>().ok_or_else(missing)
    }

    /// A column of text; empty where it is missing.
    ///
    /// # Errors
    /// If there is no such column, or it is of another type. The same holds for the columns below.
    pub fn get_text(&self, name: &str) -> Result<impl Iterator<Item = Option<&str>>> {
        Ok(self.typed::<StringArray>(name, &DataType::Utf8)?.iter())
    }

    /// A column of numbers.
    ///
    /// # Errors
    /// See [`Table::get_text`].
    pub fn get_numbers(&self, name: &str) -> Result<impl Iterator<Item = Option<f64>>> {
        Ok(self.typed::<Float64Array>(name, &DataType::Float64)?.iter())
    }

    /// A column of small whole numbers.
    ///
    /// # Errors
    /// See [`Table::get_text`].
    pub fn get_integers(&self, name: &str) -> Result<impl Iterator<Item = Option<i32>>> {
        Ok(self.typed::<Int32Array>(name, &DataType::Int32)?.iter())
    }

    /// A column of ids.
    ///
    /// # Errors
    /// See [`Table::get_text`].
    pub fn get_ids(&self, name: &str) -> Result<impl Iterator<Item = Option<i64>>> {
        Ok(self.typed::<Int64Array>(name, &DataType::Int64)?.iter())
    }

    /// A column of yes and no.
    ///
    /// # Errors
    /// See [`Table::get_text`].
    pub fn get_flags(&self, name: &str) -> Result<impl Iterator<Item = Option<bool>>> {
        Ok(self.typed::<BooleanArray>(name, &DataType::Boolean)?.iter())
    }
}
