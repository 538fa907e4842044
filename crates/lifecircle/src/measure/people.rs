//! Whom a measure is for: all residents of a home, or its children or older people where they are known.

use crate::city::Home;
use crate::standard::AgeGroup;

/// Residents of a home in an age group; none where its ages are not known.
pub fn residents_of(home: &Home, group: AgeGroup) -> Option<f64> {
    match group {
        AgeGroup::All => Some(home.residents),
        AgeGroup::Children => home.ages.children,
        AgeGroup::Elderly => home.ages.elderly,
    }
}
