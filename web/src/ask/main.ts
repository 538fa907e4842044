import "../design/tokens.css";
import "../design/base.css";
import { mount } from "svelte";
import { view } from "../lib/view.svelte";
import AskPage from "./AskPage.svelte";

view.read(new URL(location.href));
const target = document.getElementById("app");
if (target) mount(AskPage, { target });
