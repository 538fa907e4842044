import "./design/tokens.css";
import "./design/base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { identity } from "./lib/identity.svelte";
import { view } from "./lib/view.svelte";

identity.read();
view.read(new URL(location.href));
const target = document.getElementById("app");
if (target) mount(App, { target });
