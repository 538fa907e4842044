//! `lifecircle inputs`: looks at files and writes down what a city can be made of.

use std::path::Path;

use lifecircle::inputs::{FIRST_LINE, look};
use lifecircle::output::{self, Existing, Output};
use lifecircle::{Error, Result};

use crate::args::{Common, InputsArgs};
use crate::print;
use crate::progress::Bars;

pub fn run(args: &InputsArgs, common: &Common) -> Result<()> {
    if args.output.extension().is_none_or(|ending| ending != "toml") {
        return Err(Error::new("a file of inputs ends in .toml").file(&args.output).hint("name it so"));
    }
    let read: Vec<&Path> = args.files.iter().map(|file| file.as_path()).collect();
    let replaces = args.force.existing() == Existing::Replace && args.output.exists();
    let output = if replaces {
        Output::rewrite(&args.output, &read)?
    } else {
        Output::file(&args.output, Existing::Refuse, &read)?
    };
    if replaces && !std::fs::read_to_string(&args.output).is_ok_and(|text| text.starts_with(FIRST_LINE)) {
        return Err(Error::new("this is no file of inputs").file(&args.output).hint("give another --output"));
    }
    let bars = Bars::new(common);
    let looked = look(&args.files, &bars)?;
    drop(bars);
    let directory = args.output.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    output.write(|path| output::write_text(path, &looked.to_toml(directory)))?;
    output.finish()?;
    print::show(|out| print::looked(out, &looked, &args.output, common))
}
