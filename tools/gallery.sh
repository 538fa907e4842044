#!/bin/sh
# A gallery of reports of real cities: tools/gallery.sh PROGRAM DIRECTORY EXTRACT...
# Each extract becomes a city, its report, its one page in both languages, and a line of DIRECTORY/index.html.
set -eu
program=$1
directory=$2
shift 2
if [ $# = 0 ]; then
  echo "give extracts: tools/gallery.sh PROGRAM DIRECTORY EXTRACT..." >&2
  exit 2
fi
mkdir -p "$directory"
page="$directory/index.html"
{
  echo '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
  echo '<title>lifecircle: gallery</title><style>body{font:15px/1.5 sans-serif;margin:24px;color:#17212b}main{display:grid;grid-template-columns:repeat(auto-fill,minmax(280px,1fr));gap:24px}img{width:100%;border:1px solid #dce3e7}a{color:#0f6b66}</style>'
  echo '<h1>Reports of real cities</h1><main>'
} >"$page"
for extract in "$@"; do
  name=$(basename "$extract" | sed 's/\.osm.*//')
  echo "$name" >&2
  [ -d "$directory/$name.city" ] || "$program" import "$extract" -o "$directory/$name.city" --quiet
  for language in en zh; do
    "$program" report "$directory/$name.city" -o "$directory/$name-$language.html" --lang "$language" --force --quiet >/dev/null
    "$program" report "$directory/$name.city" -o "$directory/$name-$language.svg" --one-page --lang "$language" --force --quiet >/dev/null
  done
  echo "<figure><a href=\"$name-en.html\"><img src=\"$name-en.svg\" alt=\"$name\"></a><figcaption>$name: <a href=\"$name-en.html\">report</a>, <a href=\"$name-zh.html\">报告</a>, <a href=\"$name-zh.svg\">一页纸</a></figcaption></figure>" >>"$page"
done
echo '</main></html>' >>"$page"
echo "$page"
