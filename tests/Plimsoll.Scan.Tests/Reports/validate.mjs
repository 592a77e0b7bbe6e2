// Validates files against public schemas: node validate.mjs MODULES SCHEMA FILE...
// SCHEMA is `cyclonedx`, `cyclonedx-schema` (without cdxgen's own rules), `sarif`, `spdx`, `spdx-schema` (any text as a purl), or the path of a JSON Schema 2020-12. One line for each failure; `checked N` at the end.
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, schema, ...files] = process.argv.slice(2);
const require = createRequire(join(modules, "/"));
const spdxSchema = new URL("spdx-2.3.schema.json", import.meta.url);
const checks = schema === "cyclonedx" ? [official(), await cdxgen()]
  : schema === "cyclonedx-schema" ? [official()]
  : schema === "sarif" ? [sarifSchema(), sarifRules()]
  : schema === "spdx" ? [jsonSchema(spdxSchema), spdxRules(), await spdxPurls()]
  : schema === "spdx-schema" ? [jsonSchema(spdxSchema), spdxRules()]
  : [jsonSchema(schema)];
for (const file of files)
  for (const check of checks) {
    const failure = await check(readFileSync(file, "utf8"), file);
    if (failure) console.log(`${file}: ${failure}`);
  }
console.log(`checked ${files.length}`);

function official() {
  const { Spec, Validation } = require("@cyclonedx/cyclonedx-library");
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
  return async (text) => {
    const errors = await validator.validate(text);
    return errors && `official schema: ${JSON.stringify(errors).slice(0, 600)}`;
  };
}

async function cdxgen() {
  const path = join(modules, "@cyclonedx/cdxgen/lib/validator/bomValidator.js");
  const { validateBom } = await import(pathToFileURL(path));
  return async (text) => validateBom(JSON.parse(text)) ? null : "cdxgen: see above";
}

// The schema that the OASIS committee publishes, as Microsoft's validator carries it.
function sarifSchema() {
  const { Ajv2020 } = require("ajv/dist/2020.js");
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  require("ajv-formats")(ajv);
  const schema = JSON.parse(readFileSync(join(modules, "@microsoft/sarif-multitool-linux/sarif-2.1.0.json"), "utf8"));
  const validate = ajv.compile(schema);
  return async (text) => validate(JSON.parse(text)) ? null : `official schema: ${ajv.errorsText(validate.errors).slice(0, 600)}`;
}

// Without a network where that is possible: the tool asks for each address in a log, and waits where none answers.
function alone(tool, ...args) {
  const can = spawnSync("unshare", ["--net", "true"]).status === 0;
  return can ? ["unshare", ["--net", tool, ...args]] : [tool, args];
}

// Its rules beyond the schema, and what GitHub demands. The tool has no page of its own yet that `informationUri` could name.
function sarifRules() {
  const tool = join(modules, "@microsoft/sarif-multitool-linux/Sarif.Multitool");
  chmodSync(tool, 0o755);
  return async (text, file) => {
    const said = execFileSync(...alone(tool, "validate", file, "--rule-kind", "Sarif;Ghas", "--level", "Error;Warning", "--max-file-size-in-kb", "1000000"), { encoding: "utf8", maxBuffer: 64 << 20 });
    if (!said.includes("Analysis completed successfully")) return `multitool: ${said.slice(0, 600)}`;
    const wrong = said.split("\n").filter((line) => /: (error|warning) /.test(line) && !line.includes("'informationUri'"));
    return wrong.length === 0 ? null : `multitool: ${wrong.slice(0, 3).join(" | ").slice(0, 900)}`;
  };
}

function jsonSchema(path) {
  const { Ajv2020 } = require("ajv/dist/2020.js");
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true, strict: true, strictRequired: false });
  require("ajv-formats")(ajv);
  const validate = ajv.compile(JSON.parse(readFileSync(path, "utf8")));
  return async (text) => validate(JSON.parse(text)) ? null : ajv.errorsText(validate.errors).slice(0, 600);
}

// What the SPDX 2.3 specification demands and its schema does not: clauses 6 (creation), 7 (packages), 10 (licences), 11 (relationships), annex D.
function spdxRules() {
  const parse = require("spdx-expression-parse");
  const agent = /^(Person|Organization): .+$/, tool = /^(Tool|Person|Organization): .+$/;
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
  return async (text) => {
    const bom = JSON.parse(text), wrong = [];
    const demand = (holds, what) => { if (!holds) wrong.push(what); };
    demand(bom.spdxVersion === "SPDX-2.3" && bom.dataLicense === "CC0-1.0" && bom.SPDXID === "SPDXRef-DOCUMENT", "the head of the document");
    demand(bom.name.length > 0, "a document without a name");
    demand(URL.canParse(bom.documentNamespace) && !bom.documentNamespace.includes("#"), `namespace ${bom.documentNamespace}`);
    demand(time.test(bom.creationInfo.created), `created ${bom.creationInfo.created}`);
    for (const creator of bom.creationInfo.creators) demand(tool.test(creator), `creator ${creator}`);
    const listed = new Map((bom.hasExtractedLicensingInfos ?? []).map((info) => [info.licenseId, info.extractedText]));
    for (const [id, extracted] of listed) demand(/^LicenseRef-[a-zA-Z0-9.-]+$/.test(id) && extracted.length > 0, `licence ${id}`);
    const ids = new Set(["SPDXRef-DOCUMENT"]);
    for (const element of [bom, ...bom.packages])
      for (const note of element.annotations ?? []) demand(time.test(note.annotationDate) && tool.test(note.annotator), `annotation ${JSON.stringify(note)}`);
    for (const element of bom.packages) {
      demand(/^SPDXRef-[a-zA-Z0-9.-]+$/.test(element.SPDXID) && !ids.has(element.SPDXID), `SPDXID ${element.SPDXID}`);
      ids.add(element.SPDXID);
      demand(element.name.length > 0 && !/[\r\n]/.test(element.supplier ?? ""), `name or supplier of ${element.SPDXID}`);
      demand(element.supplier === undefined || element.supplier === "NOASSERTION" || agent.test(element.supplier), `supplier ${element.supplier}`);
      demand(element.filesAnalyzed === false && !element.packageVerificationCode && !element.licenseInfoFromFiles, `files of ${element.SPDXID}`);
      for (const license of [element.licenseDeclared, element.licenseConcluded]) {
        if (license === undefined || license === "NOASSERTION" || license === "NONE") continue;
        try { parse(license); } catch (failure) { wrong.push(`licence ${license}: ${failure.message}`); }
        for (const [reference] of license.matchAll(/LicenseRef-[a-zA-Z0-9.-]+/g)) demand(listed.has(reference), `${reference} is not listed`);
      }
    }
    for (const { spdxElementId: from, relationshipType: how, relatedSpdxElement: to } of bom.relationships)
      demand(ids.has(from) && (ids.has(to) || to === "NOASSERTION" || to === "NONE"), `${from} ${how} ${to}`);
    demand(bom.relationships.some((one) => one.spdxElementId === "SPDXRef-DOCUMENT" && one.relationshipType === "DESCRIBES"), "nothing is described");
    return wrong.length === 0 ? null : `rules: ${wrong.slice(0, 5).join("; ").slice(0, 600)}`;
  };
}

async function spdxPurls() {
  const { PackageURL } = require("packageurl-js");
  return async (text) => {
    const locators = JSON.parse(text).packages.flatMap((element) => element.externalRefs ?? []).filter((ref) => ref.referenceType === "purl").map((ref) => ref.referenceLocator);
    for (const locator of locators)
      try { PackageURL.fromString(locator); } catch (failure) { return `purl ${locator}: ${failure.message}`; }
    return null;
  };
}
