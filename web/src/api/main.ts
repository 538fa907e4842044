import "../design/tokens.css";
import "../design/base.css";
import { mount } from "svelte";
import { identity } from "../lib/identity.svelte";
import { view } from "../lib/view.svelte";
import ApiPage from "./ApiPage.svelte";

identity.read();
view.read(new URL(location.href));
document.documentElement.lang = view.language;
document.documentElement.dataset["theme"] = view.theme;
const target = document.getElementById("app");
if (target) mount(ApiPage, { target });
