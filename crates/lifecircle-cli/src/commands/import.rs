//! `lifecircle import`.

use std::path::Path;

use lifecircle::Result;
use lifecircle::city::{self, City};
use lifecircle::import::{
    AdminLevel, Inputs, ListColumns, OSM_LICENCE, describe_source, import, read_communities, read_list, read_people,
};
use lifecircle::network::{Network, Walker};
use lifecircle::output::Output;
use lifecircle::progress::{Progress, Stage};
use lifecircle::reach::Engine;
use lifecircle::sources::geotiff::GeoTiff;
use lifecircle::sources::osm::OsmSource;

use crate::args::{Common, DEFAULT_WALKER, ImportArgs, InputArgs};
use crate::print;
use crate::progress::Bars;

pub fn run(args: &ImportArgs, common: &Common) -> Result<()> {
    let output = Output::directory(&args.output, args.force.existing(), &args.inputs.files())?;
    let bars = Bars::new(common);
    let city = make(&args.inputs, &bars)?;
    bars.stage(Stage::Write, 1);
    output.write(|directory| write(&city, directory))?;
    output.finish()?;
    drop(bars);
    print::show(|out| print::city(out, &city, &args.output, common))
}

/// Writes a city into a directory that is there, with what makes measuring start at once for who walks most.
pub fn write(city: &City, directory: &Path) -> Result<()> {
    city::write(city, directory)?;
    let walker = Walker::find(DEFAULT_WALKER)?;
    Engine::new(Network::new(&city.streets, &walker)).keep(&Engine::file_in(directory, &walker))
}

/// Makes a city of what the user gave.
pub fn make(args: &InputArgs, progress: &dyn Progress) -> Result<City> {
    // The small files first: a mistake in one should not cost the time of the large one.
    let people = args
        .people
        .as_ref()
        .map(|path| read_people(path, args.people_column.as_deref(), args.people_datum.into()))
        .transpose()?;
    let columns = args.columns.as_deref().map(ListColumns::parse).transpose()?.unwrap_or_default();
    let lists = args
        .facilities
        .iter()
        .map(|path| read_list(path, &columns, args.datum.map(Into::into)))
        .collect::<Result<Vec<_>>>()?;
    let communities = args
        .communities
        .iter()
        .map(|path| read_communities(path, args.communities_datum.into()))
        .collect::<Result<Vec<_>>>()?
        .concat();
    let elevation = args.elevation.as_ref().map(|path| GeoTiff::open(path)).transpose()?;
    let osm = OsmSource::open(&args.extract)?;
    let mut sources = vec![describe_source("streets", &args.extract, OSM_LICENCE)?];
    let others = [
        ("people", args.people.as_slice()),
        ("facilities", &args.facilities),
        ("communities", &args.communities),
        ("elevation", args.elevation.as_slice()),
    ];
    for (role, paths) in others {
        for path in paths {
            sources.push(describe_source(role, path, "")?);
        }
    }
    let inputs = Inputs {
        people,
        lists,
        merge: !args.no_merge,
        communities: (!communities.is_empty()).then_some(communities),
        admin_level: args.admin_level.map_or(AdminLevel::Deepest, AdminLevel::Level),
        elevation,
        sources,
        ..Inputs::new(name(args), osm)
    };
    import(inputs, progress).map_err(|e| e.file(&args.extract))
}

/// What the city is called: as the user says, or as the extract's file is.
pub fn name(args: &InputArgs) -> String {
    args.name.clone().unwrap_or_else(|| {
        let file = args.extract.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        file.split(".osm").next().unwrap_or(&file).trim_end_matches(".pbf").to_owned()
    })
}
