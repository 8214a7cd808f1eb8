// Has the dashboards made, and has TypeScript hold them to the types of Grafana's own models.
//
// `TACHOGRAPH` is the program that makes them; without it, it is built.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const made = `${here}made`;

/** What the program writes for this source, by this naming. */
function dashboard(source, naming = "opentelemetry") {
    const [program, before] = process.env.TACHOGRAPH
        ? [process.env.TACHOGRAPH, []]
        : ["cargo", ["run", "--quiet", "--package", "tachograph-cli", "--"]];
    const asked = ["--config", `${here}tachograph.toml`, "dashboards", "grafana", "--source", source];
    const env = { ...process.env, TACHOGRAPH_EXPORTERS__PROMETHEUS__NAMING: naming };
    return JSON.parse(execFileSync(program, [...before, ...asked], { cwd: here, env, encoding: "utf8" }));
}

/** Of a file of JSON, TypeScript would take texts for any texts: it has to stand in a program. */
function write(name, target, dashboard) {
    const text = JSON.stringify(dashboard, null, 2);
    const types = `import type { Made, ${target} } from "../model.ts";`;
    writeFileSync(`${made}/${name}.ts`, `${types}\n\nexport const dashboard: Made<${target}> = ${text};\n`);
    return name;
}

/** What TypeScript says of these. */
function said(names) {
    const options = ["--noEmit", "--strict", "--skipLibCheck", "--allowImportingTsExtensions", "--target", "es2022"];
    const modules = ["--module", "esnext", "--moduleResolution", "bundler"];
    const files = names.map((name) => `${made}/${name}.ts`);
    const compiler = `${here}node_modules/typescript/bin/tsc`;
    return spawnSync(process.execPath, [compiler, ...options, ...modules, ...files], { encoding: "utf8" }).stdout;
}

/** What is not as it should be is found: else it would say nothing that nothing is found. */
const WRONG = {
    schemaVersion: (all) => (all.schemaVersion = "38"),
    colour: (all) => (all.panels[1].fieldConfig.defaults.color.mode = "rainbow"),
    member: (all) => (all.panels[1].unknown = 1),
    option: (all) => delete all.panels[1].options.tooltip,
    place: (all) => (all.panels[1].gridPos.w = "12"),
    kind: (all) => (all.panels[1].type = "timeseris"),
    variable: (all) => (all.templating.list[1].type = "guess"),
    target: (all) => (all.panels[1].targets[0].refId = 1),
};

rmSync(made, { recursive: true, force: true });
mkdirSync(made);
try {
    const sources = [["prometheus", "PrometheusTarget"], ["cloudwatch", "CloudWatchTarget"]];
    const right = [write("plain", "PrometheusTarget", dashboard("prometheus", "plain"))];
    const wrong = [];
    for (const [source, target] of sources) {
        const good = dashboard(source);
        right.push(write(source, target, good));
        for (const [what, spoil] of Object.entries(WRONG)) {
            const bad = structuredClone(good);
            spoil(bad);
            wrong.push(write(`${source}-${what}`, target, bad));
        }
    }
    const complaints = said(right);
    if (complaints !== "") {
        throw new Error(complaints);
    }
    const found = said(wrong);
    const missed = wrong.filter((name) => !found.includes(`${name}.ts`));
    if (missed.length > 0) {
        throw new Error(`TypeScript finds nothing in ${missed}`);
    }
    console.log(`${right} are what Grafana takes.`);
} finally {
    rmSync(made, { recursive: true, force: true });
}
