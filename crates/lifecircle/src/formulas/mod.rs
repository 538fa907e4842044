//! Measures as formulas on plain numbers: travel times, people, supply. Any program's numbers will do, and no city is needed.
//!
//! | formula | what it is |
//! |---|---|
//! | [`Trips`], [`Decay`] | opportunities within reach, proximity; how much what is far away counts |
//! | [`floating_catchment`] | supply for each person who can come to it: 2SFCA and its family |
//! | [`gini`], [`theil_t`], [`concentration`] … | how unequally something is spread over people |
//! | [`shannon`], [`hill`] | how diverse what is near is |
//! | [`entropy_composite`] | one score of several indicators |
//!
//! It knows units ([`crate::geo::Seconds`], [`crate::geo::Metres`]) and nothing else.

mod composite;
mod decay;
mod diversity;
mod floating_catchment;
mod inequality;
mod trips;

pub use composite::{Composite, entropy_composite};
pub use decay::Decay;
pub use diversity::{hill, shannon};
pub use floating_catchment::{FloatingCatchment, floating_catchment};
pub use inequality::{
    Concentration, CurvePoint, Theil, concentration, curve, gini, palma, palma_between, quantile, theil_l, theil_t,
};
pub use trips::Trips;
