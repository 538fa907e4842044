//! Writing down what files are: a file of inputs, with what was seen as remarks, to check and correct.

use std::fmt::Write as _;
use std::path::Path;

use super::Looked;

impl Looked {
    /// The file of inputs, with what was seen as comments. Paths are those from `directory`, where they lie in it.
    pub fn to_toml(&self, directory: &Path) -> String {
        let text = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let base = directory.canonicalize().unwrap_or_else(|_| directory.to_path_buf());
        let path = |file: &Path| {
            let whole = file.canonicalize().unwrap_or_else(|_| file.to_path_buf());
            let inside = whole.strip_prefix(&base).map_or(whole.as_path(), |inside| inside);
            text(&inside.to_string_lossy())
        };
        let mut out = String::from(
            "# What a city is made of. Check what was guessed, then: lifecircle import --inputs THIS_FILE -o NAME.city\n",
        );
        // Writing into a string cannot fail.
        let mut line = |words: &str| _ = writeln!(out, "{words}");
        let remarks = |file: &Path| -> Vec<String> {
            let looked = self.files.iter().find(|looked| looked.file == file);
            let told = looked.iter().flat_map(|looked| &looked.told).map(|told| format!("# {told}"));
            let unsure = looked.iter().flat_map(|looked| &looked.unsure).map(|unsure| format!("# unsure: {unsure}"));
            told.chain(unsure).map(|remark| remark.replace(['\n', '\r'], " ")).collect()
        };
        let inputs = &self.inputs;
        line(&format!("\nname = {}", text(&inputs.name())));
        match &inputs.extracts[..] {
            [one] => line(&format!("extract = {}", path(one))),
            several => {
                let all: Vec<String> = several.iter().map(|extract| path(extract)).collect();
                line(&format!("extract = [{}]", all.join(", ")));
            }
        }
        if let Some(elevation) = &inputs.elevation {
            remarks(elevation).iter().for_each(|remark| line(remark));
            line(&format!("elevation = {}", path(elevation)));
        }
        if inputs.people.is_none() {
            line("# population = 532100          # all residents together, where no table of people is at hand");
        }
        if let Some(people) = &inputs.people {
            line("\n[people]");
            remarks(&people.file).iter().for_each(|remark| line(remark));
            line(&format!("file = {}", path(&people.file)));
            if let Some(column) = &people.residents {
                line(&format!("residents = {}", text(column)));
            }
        }
        let communities = inputs.communities.iter().map(|areas| ("communities", areas));
        for (role, areas) in communities.chain(inputs.buildings.iter().map(|areas| ("buildings", areas))) {
            line(&format!("\n[[{role}]]"));
            remarks(&areas.file).iter().for_each(|remark| line(remark));
            line(&format!("file = {}", path(&areas.file)));
            line(&format!("datum = {}", text(&areas.datum.id())));
        }
        for list in &inputs.facilities {
            line("\n[[facilities]]");
            remarks(&list.file).iter().for_each(|remark| line(remark));
            line(&format!("file = {}", path(&list.file)));
            if let Some(kind) = &list.kind {
                line(&format!("kind = {}", text(kind)));
            }
            line(&format!("datum = {}", text(&list.datum.unwrap_or_default().id())));
            let columns = list.columns.named();
            if !columns.is_empty() {
                let columns = columns.iter().map(|(field, column)| format!("{field} = {}", text(column)));
                line(&format!("columns = {{ {} }}", columns.collect::<Vec<_>>().join(", ")));
            }
        }
        let unused = self.files.iter().filter(|looked| looked.role.is_none());
        for looked in unused {
            line(&format!("\n# not used: {}", looked.file.display()));
            looked.unsure.iter().for_each(|unsure| line(&format!("#   {}", unsure.replace(['\n', '\r'], " "))));
        }
        out
    }
}
