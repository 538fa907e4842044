//! `lifecircle facilities`: where they come from, what was merged, and taking merges back.

use lifecircle::city::City;
use lifecircle::export::facilities_of_kind_table;
use lifecircle::import::{read_corrections, undo};
use lifecircle::kinds::Catalogue;
use lifecircle::output::{Existing, Output};
use lifecircle::say;
use lifecircle::{Error, Result, city, jobs};

use crate::args::{Common, FacilitiesArgs, format_of};
use crate::print;

pub fn run(args: &FacilitiesArgs, common: &Common) -> Result<()> {
    let mut city = city::load(&args.city)?;
    if !args.undo.is_empty() {
        let ids = ids(&args.undo, &city);
        undo(&mut city.facilities, &mut city.merges, &ids)?;
        let output = Output::update(&args.city)?;
        output.write(|directory| jobs::write_city(&city, directory, &()))?;
        output.finish()?;
        print::show(|out| print::undone(out, &ids, &args.city, common))
    } else if let Some(file) = &args.correct {
        let corrections = read_corrections(file)?;
        let corrected = corrections.apply(&mut city.facilities).all_found(&corrections)?;
        let output = Output::update(&args.city)?;
        output.write(|directory| jobs::write_city(&city, directory, &()))?;
        output.finish()?;
        print::show(|out| print::corrected(out, corrected.changed, &args.city, common))
    } else if let (Some(kind), Some(file)) = (&args.kind, &args.output) {
        let format = format_of(file)?;
        let table = facilities_of_kind_table(&city, kind_of(kind)?);
        let output = Output::file(file, Existing::Refuse, &[&args.city])?;
        output.write(|path| table.write(path, format))?;
        output.finish()?;
        print::show(|out| print::files(out, &[(file.clone(), table.rows())], common))
    } else if let Some(kind) = &args.kind {
        let kind = kind_of(kind)?;
        print::show(|out| print::of_kind(out, &city, kind, common))
    } else if args.merges {
        print::show(|out| print::merges(out, &city, common))
    } else {
        print::show(|out| print::facilities(out, &city, common))
    }
}

/// The index of a kind; none for what is of no kind.
fn kind_of(id: &str) -> Result<Option<usize>> {
    let catalogue = Catalogue::built_in();
    if id == "none" {
        return Ok(None);
    }
    catalogue.find(id).map(Some).ok_or_else(|| {
        let ids = catalogue.kinds.iter().map(|kind| kind.id.as_str()).collect::<Vec<_>>().join(", ");
        Error::not_found(say!("there is no kind `{id}`", "没有类别 `{id}`"))
            .hint(say!("the kinds are: {ids}, none", "可用的类别：{ids}、none"))
    })
}

/// The ids that the user gave: whole where a merged entry is called so, else what its commas part.
fn ids(given: &[String], city: &City) -> Vec<String> {
    let is_merged = |id: &str| city.merges.iter().any(|merge| merge.merged.id == id);
    let parts = |text: &String| -> Vec<String> {
        if is_merged(text) { vec![text.clone()] } else { text.split(',').map(|id| id.trim().to_owned()).collect() }
    };
    given.iter().flat_map(parts).filter(|id| !id.is_empty()).collect()
}
