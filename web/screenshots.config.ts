// The pictures of the map in docs/images: the same server as the tests, its main views.
import base from "./playwright.config";

export default { ...base, testDir: "screenshots" };
