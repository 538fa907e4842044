//! Lists of candidates: where, at what cost, in which role, for which services.

use lifecircle::say;
use std::path::Path;

use lifecircle::error::{Error, Result};
use lifecircle::geo::Datum;
use lifecircle::sources::columns::Meaning;
use lifecircle::sources::lists;
use lifecircle::sources::records::{Coordinates, GivenColumns, point_of};
use lifecircle::standard::Standard;

use super::{Candidate, Role};

/// Reads candidates. Columns: name (名称), `cost` (造价, 费用, 投资), `role` (角色), `services` (服务; ids with semicolons), `capacity` (容量, 床位 …); areas are their middles.
///
/// # Errors
/// If the list cannot be read, has no coordinates, or a cell is no cost, role or service.
pub fn read_candidates(path: &Path, standard: &Standard) -> Result<Vec<Candidate>> {
    let records = lists::read(path)?;
    let coordinates = Coordinates::find(&records, GivenColumns::default(), Datum::default())?;
    let cost = records.column(&["cost", "price", "造价", "费用", "投资", "造价（万元）", "投资（万元）"]);
    let costs = cost.map(|column| records.sizes(column)).transpose()?;
    let capacities = records.find(Meaning::Capacity).map(|column| records.sizes(column)).transpose()?;
    let role = records.column(&["role", "角色"]);
    let services = records.column(&["services", "service", "服务"]);
    let name = records.find(Meaning::Name);
    let mut candidates = Vec::new();
    for (number, record) in records.rows.iter().enumerate() {
        if !coordinates.are_told(&records, number) {
            return Err(records
                .error(record, say!("it has no coordinates", "没有坐标"))
                .hint(say!("fill them in or remove the line", "请补全或删除该行")));
        }
        let point = point_of(&coordinates.of(&records, number)?);
        let at = point.ok_or_else(|| {
            records.error(record, say!("its geometry is empty", "其几何是空的")).hint(say!("remove it", "请删除"))
        })?;
        let word = records.text(record, role).unwrap_or_default();
        let role = Role::named(word).ok_or_else(|| {
            records
                .error(record, say!("there is no role {word:?}", "没有角色 {word:?}"))
                .hint(say!("write allowed, required or competitor", "请写 allowed、required 或 competitor"))
        })?;
        let of = |id: &str| {
            standard.services.iter().position(|service| service.id == id).ok_or_else(|| {
                let problem = say!("the standard {} has no service {id:?}", "标准 {} 中没有服务 {id:?}", standard.id);
                records
                    .error(record, problem)
                    .hint(say!("write ids of services, with semicolons between", "请写服务编号，以分号分隔"))
            })
        };
        let ids = records.text(record, services).unwrap_or_default().split([';', '；', ',']).map(str::trim);
        let services = ids.filter(|id| !id.is_empty()).map(of).collect::<Result<Vec<_>>>()?;
        let cost = match &costs {
            Some(costs) => costs.of(number).ok_or_else(|| {
                records
                    .error(record, say!("it has no cost, and others have one", "没有造价，而其他的有"))
                    .hint(say!("fill it in", "请补全"))
            })?,
            None => 1.0,
        };
        let capacity = capacities.as_ref().and_then(|capacities| capacities.of(number));
        let name = records.text(record, name).unwrap_or_default().to_owned();
        candidates.push(Candidate { at, cost, role, services, capacity, name });
    }
    if candidates.is_empty() {
        return Err(Error::new(say!("it has no rows", "没有数据行"))
            .file(path)
            .hint(say!("give a list of places", "请给出地点名录")));
    }
    Ok(candidates)
}
