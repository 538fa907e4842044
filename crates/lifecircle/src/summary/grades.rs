//! Which grade of the standard an area reaches, as 基础型, 提升型 and 品质型: the highest one whose services the area has.
//!
//! It knows what was measured of an area, and nothing of homes or streets.

use schemars::JsonSchema;
use serde::Serialize;

use super::document::CommunitySummary;
use crate::measure::Coverage;
use crate::standard::{Grade, Standard};

/// How many communities reach a grade and no higher one.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct GradeSummary {
    /// Id of the grade.
    pub id: String,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
    /// Number of communities.
    pub communities: usize,
    /// Their residents.
    pub residents: f64,
    /// Where the grade's figures come from.
    pub source: String,
}

/// The highest grade that an area reaches; none if it reaches none.
pub(super) fn grade_of<'a>(standard: &'a Standard, coverage: &Coverage) -> Option<&'a Grade> {
    let has = |grade: &Grade, service: usize| {
        coverage.services[service].of(standard.services[service].people) >= grade.residents
    };
    let share = |grade: &Grade, circle: usize| {
        let services = || standard.services_of(circle);
        services().filter(|service| has(grade, *service)).count() as f64 / services().count().max(1) as f64
    };
    let reaches = |grade: &&Grade| grade.services.iter().all(|(circle, wanted)| share(grade, *circle) >= *wanted);
    standard.grades.iter().rev().find(reaches)
}

/// Communities by grade, from the lowest.
pub(super) fn by_grade(standard: &Standard, communities: &[CommunitySummary]) -> Vec<GradeSummary> {
    let of = |grade: &Grade| {
        let reached = || communities.iter().filter(|community| community.area.grade.as_ref() == Some(&grade.id));
        GradeSummary {
            id: grade.id.clone(),
            zh: grade.zh.clone(),
            en: grade.en.clone(),
            communities: reached().count(),
            residents: reached().map(|community| community.area.residents).sum(),
            source: grade.source.clone(),
        }
    };
    standard.grades.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Share;

    /// An area where these shares of the services of the two circles are near enough for `residents` of its people.
    fn area(standard: &Standard, [basic, quality]: [usize; 2], residents: f64) -> Coverage {
        let mut services = vec![Share::default(); standard.services.len()];
        for (circle, count) in [(0, basic), (1, quality)] {
            for service in standard.services_of(circle).take(count) {
                services[service].residents = residents;
            }
        }
        Coverage {
            homes: 1,
            residents: 1.0,
            services,
            circles: vec![],
            aspects: vec![],
            pairs: vec![],
            residents_by_circles: vec![],
        }
    }

    #[test]
    fn the_highest_grade_whose_services_are_there() {
        let standard = Standard::find("cn-mofcom-2021").unwrap();
        let count = |circle| standard.services_of(circle).count();
        let (basic, quality) = (count(0), count(1));
        let grade = |counts, residents| grade_of(&standard, &area(&standard, counts, residents)).map(|g| g.id.as_str());
        assert_eq!((basic, quality), (15, 12));
        // 65 % of 15 is 9.75; half of the residents are enough, and no fewer.
        assert_eq!(grade([9, 12], 1.0), None);
        assert_eq!(grade([10, 0], 0.5), Some("basic"));
        assert_eq!(grade([10, 0], 0.49), None);
        // Two thirds of 12 are 8.
        assert_eq!(grade([10, 7], 0.5), Some("basic"));
        assert_eq!(grade([10, 8], 0.5), Some("improved"));
        assert_eq!(grade([14, 10], 0.5), Some("quality"));
        assert_eq!(grade([15, 12], 0.2), None);
    }
}
