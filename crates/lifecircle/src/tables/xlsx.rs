//! XLSX, for offices: one sheet with a header that stays in sight and can be filtered; points as `lon` and `lat`, other geometries
//! left out.

use std::path::Path;

use geo_types::Geometry;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use serde_json::Value;

use super::Table;
use super::geojson::value;
use crate::error::{Error, Result};

/// Rows that a sheet holds, its header included.
const MOST_ROWS: usize = 1 << 20;

/// Writes a table.
pub(super) fn write(table: &Table, path: &Path) -> Result<()> {
    if table.rows() >= MOST_ROWS {
        let problem = say!(
            "a sheet holds {} rows, and there are {}",
            "一张工作表最多 {} 行，而数据有 {} 行",
            MOST_ROWS - 1,
            table.rows()
        );
        return Err(Error::unsupported(problem)
            .file(path)
            .hint(say!("choose csv or parquet", "请选择 csv 或 parquet")));
    }
    let failed = |e: XlsxError| Error::io(say!("write", "写入"), path, &std::io::Error::other(e));
    let mut workbook = Workbook::new();
    fill(workbook.add_worksheet(), table).map_err(failed)?;
    workbook.save(path).map_err(failed)
}

fn fill(sheet: &mut Worksheet, table: &Table) -> std::result::Result<(), XlsxError> {
    let points = table.geometries().filter(|all| all.iter().all(|geometry| matches!(geometry, Geometry::Point(_))));
    let names: Vec<&str> = table.names().chain(points.iter().flat_map(|_| ["lon", "lat"])).collect();
    let bold = Format::new().set_bold();
    for (column, name) in (0_u16..).zip(&names) {
        sheet.write_string_with_format(0, column, *name, &bold)?;
    }
    for (row, at) in (0..table.rows()).zip(1_u32..) {
        for (column, (_, values)) in (0_u16..).zip(&table.columns) {
            match value(values, row) {
                Value::Null => {}
                Value::Bool(is) => drop(sheet.write_boolean(at, column, is)?),
                Value::Number(number) => drop(sheet.write_number(at, column, number.as_f64().unwrap_or_default())?),
                Value::String(text) => drop(sheet.write_string(at, column, text)?),
                other => drop(sheet.write_string(at, column, other.to_string())?),
            }
        }
        if let Some(Geometry::Point(point)) = points.map(|all| &all[row]) {
            let first = table.columns.len() as u16;
            sheet.write_number(at, first, point.x())?;
            sheet.write_number(at, first + 1, point.y())?;
        }
    }
    if let (Some(last), 1..) = (names.len().checked_sub(1), table.rows()) {
        sheet.autofilter(0, 0, table.rows() as u32, last as u16)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofit();
    Ok(())
}
