//! `lifecircle schema`.

use lifecircle::summary::{changes_schema, summary_schema};

use crate::args::SchemaOf;
use crate::print;

pub fn run(of: SchemaOf) -> lifecircle::Result<()> {
    let schema = match of {
        SchemaOf::Summary => summary_schema(),
        SchemaOf::Changes => changes_schema(),
    };
    print::show(|out| print::document(out, &schema))
}
