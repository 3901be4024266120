//! What the fuzz targets compare with: integers of any size, points in two coordinates, and the
//! crate `sm2`; and how bytes become items.

pub mod items;
pub mod model;
pub mod points;
