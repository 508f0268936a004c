/**
 * What this project asks of a file and `deno lint` does not. A rule stands here only when it is
 * certain: no judgement, no false alarms.
 *
 * @module
 */

const LONGEST_FILE = 400;
const UNFINISHED = /\b(?:TODO|FIXME|XXX|HACK)\b/;

/** A path as it is seen from the project, with `/` whatever the platform. */
function fromRoot(filename: string): string {
  const path = filename.replaceAll("\\", "/");
  const root = new URL("../../", import.meta.url).pathname;
  return path.startsWith(root) ? path.slice(root.length) : path;
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

/** The folder whose private file `specifier` names, when the importing file lies elsewhere. */
function trespass(importer: string, specifier: string): string | undefined {
  if (!/^\.{1,2}\//.test(specifier)) return undefined;
  const target = new URL(specifier, `file:///${importer}`).pathname.slice(1);
  const isPrivate = target.slice(folderOf(target).length).startsWith("_");
  return isPrivate && folderOf(target) !== folderOf(importer) ? folderOf(target) : undefined;
}

const maxLines: Deno.lint.Rule = {
  create(context) {
    return {
      Program(node) {
        // Data and figures are long without being hard to read; code is not.
        if (fromRoot(context.filename).startsWith("bench/")) return;
        const lines = context.sourceCode.text.trimEnd().split("\n").length;
        if (lines <= LONGEST_FILE) return;
        context.report({
          node,
          message: `The file has ${lines} lines, the most is ${LONGEST_FILE}`,
          hint: "Find the second concept in it and give that a file of its own",
        });
      },
    };
  },
};

const snakeCaseFile: Deno.lint.Rule = {
  create(context) {
    return {
      Program(node) {
        const name = context.filename.replaceAll("\\", "/").split("/").at(-1) ?? "";
        if (/^_?[a-z0-9]+(?:_[a-z0-9]+)*(?:\.d)?\.[a-z]+$/.test(name)) return;
        context.report({
          node,
          message: `The file name '${name}' is not in snake_case`,
          hint: "Name the file after the main thing in it, in snake_case",
        });
      },
    };
  },
};

const privateImport: Deno.lint.Rule = {
  create(context) {
    const importer = fromRoot(context.filename);
    // The test of a private file has to reach it.
    if (importer.startsWith("tests/")) return {};
    const check = (node: Deno.lint.Node, source: Deno.lint.Node | null) => {
      if (source?.type !== "Literal" || typeof source.value !== "string") return;
      const owner = trespass(importer, source.value);
      if (owner === undefined) return;
      context.report({
        node,
        message: `'${source.value}' is private to ${owner}`,
        hint: "Import a public file of that folder, or drop the '_' if others need it",
      });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source),
      ExportAllDeclaration: (node) => check(node, node.source),
      ExportNamedDeclaration: (node) => check(node, node.source),
      ImportExpression: (node) => check(node, node.source),
    };
  },
};

const unfinishedMark: Deno.lint.Rule = {
  create(context) {
    return {
      Program() {
        for (const comment of context.sourceCode.getAllComments()) {
          const mark = UNFINISHED.exec(comment.value)?.[0];
          if (mark === undefined) continue;
          context.report({
            node: comment,
            message: `A comment marks unfinished work: ${mark}`,
            hint: "Finish it, or write an issue",
          });
        }
      },
    };
  },
};

const focusedTest: Deno.lint.Rule = {
  create(context) {
    const report = (node: Deno.lint.Node, what: string) =>
      context.report({
        node,
        message: `${what} keeps tests from running`,
        hint: "Every test runs, everywhere; ignore only on a condition of the platform",
      });
    return {
      'CallExpression[callee.object.object.name="Deno"][callee.object.property.name="test"]'(
        node: Deno.lint.CallExpression,
      ) {
        if (node.callee.type !== "MemberExpression") return;
        if (node.callee.property.type !== "Identifier") return;
        const { name } = node.callee.property;
        if (name === "only" || name === "ignore") report(node, `Deno.test.${name}`);
      },
      'CallExpression[callee.object.name="Deno"][callee.property.name="test"] > ObjectExpression'(
        node: Deno.lint.ObjectExpression,
      ) {
        for (const property of node.properties) {
          if (property.type !== "Property" || property.key.type !== "Identifier") continue;
          if (property.value.type !== "Literal" || property.value.value !== true) continue;
          const { name } = property.key;
          if (name === "only" || name === "ignore") report(property, `'${name}: true'`);
        }
      },
    };
  },
};

const plugin: Deno.lint.Plugin = {
  name: "heddle",
  rules: {
    "focused-test": focusedTest,
    "max-lines": maxLines,
    "private-import": privateImport,
    "snake-case-file": snakeCaseFile,
    "unfinished-mark": unfinishedMark,
  },
};
export default plugin;
