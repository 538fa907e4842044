//! `lifecircle schema`.

use lifecircle::summary::{changes_schema, summary_schema};
use lifecircle_plan::scenario::comparison_schema;

use crate::args::SchemaOf;
use crate::print;

pub fn run(of: SchemaOf) -> lifecircle::Result<()> {
    let schema = match of {
        SchemaOf::Summary => summary_schema(),
        SchemaOf::Changes => changes_schema(),
        SchemaOf::Comparison => comparison_schema(),
        SchemaOf::Api => lifecircle_server::api_document(),
    };
    print::show(|out| print::document(out, &schema))
}
