//! `lifecircle schema`.

use clap::CommandFactory;
use lifecircle::summary::{changes_schema, summary_schema};
use lifecircle_plan::scenario::comparison_schema;

use crate::args::{Cli, Common, SchemaOf};
use crate::{help, print};

pub fn run(of: SchemaOf, common: &Common) -> lifecircle::Result<()> {
    let schema = match of {
        SchemaOf::Summary => summary_schema(),
        SchemaOf::Changes => changes_schema(),
        SchemaOf::Comparison => comparison_schema(),
        SchemaOf::Api => lifecircle_server::api_document(),
        SchemaOf::Commands => return print::text(&help::reference(Cli::command(), common.language())),
    };
    print::show(|out| print::document(out, &schema))
}
