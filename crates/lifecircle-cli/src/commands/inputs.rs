//! `lifecircle inputs`: looks at files and writes down what a city can be made of.

use lifecircle::say;
use std::path::Path;

use lifecircle::inputs::look;
use lifecircle::output::{self, Existing, Output};
use lifecircle::{Error, Result};

use crate::args::{Common, InputsArgs};
use crate::print;
use crate::progress::Bars;

pub fn run(args: &InputsArgs, common: &Common) -> Result<()> {
    if args.output.extension().is_none_or(|ending| ending != "toml") {
        return Err(Error::new(say!("a file of inputs ends in .toml", "输入文件的扩展名应为 .toml"))
            .file(&args.output)
            .hint(say!("name it so", "请以此为扩展名")));
    }
    let read: Vec<&Path> = args.files.iter().map(|file| file.as_path()).collect();
    // What is there may have been corrected by hand.
    let output = Output::file(&args.output, Existing::Refuse, &read)?;
    let bars = Bars::new(common);
    let looked = look(&args.files, &bars)?;
    drop(bars);
    let directory = args.output.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    output.write(|path| output::write_text(path, &looked.to_toml(directory)))?;
    output.finish()?;
    print::show(|out| print::looked(out, &looked, &args.output, common))
}
