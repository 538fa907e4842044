// The pictures of the pages in docs/images: the same server as the tests with a synthetic year of requests, its main views.
import base from "./playwright.config";

const server = Array.isArray(base.webServer) ? base.webServer[0] : base.webServer;
const fill = "../target/debug/lifecircle desk fill ../target/test-web/demo.city --keep-in ../target/test-web-made -q";

export default {
  ...base,
  testDir: "screenshots",
  webServer: { ...server, command: server?.command.replace("&& ../target/debug/lifecircle serve", `&& ${fill} && ../target/debug/lifecircle serve`) },
};
