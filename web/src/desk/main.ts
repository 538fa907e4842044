import "../design/tokens.css";
import "../design/base.css";
import { mount } from "svelte";
import { identity } from "../lib/identity.svelte";
import { view } from "../lib/view.svelte";
import DeskPage from "./DeskPage.svelte";

identity.read();
view.read(new URL(location.href));
const target = document.getElementById("app");
if (target) mount(DeskPage, { target });
