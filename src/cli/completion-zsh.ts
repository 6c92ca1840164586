/** Completion in zsh, with what each verb and flag is for. */

import type { CompletableFlag, CompletableVerb } from "./completion.js";

export function zshScript(verbs: readonly CompletableVerb[]): string {
  return `#compdef vaekit
# Completion of vaekit in zsh: eval "$(vaekit completion zsh)", or a file _vaekit in a folder of $fpath.
_vaekit() {
  local -a verbs
  verbs=(
${[...verbs, HELP].map(({ name, what }) => `    ${quoted(`${name}:${escaped(what)}`)}`).join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe -t verbs verb verbs
    return
  fi
  local verb=$words[2]
  shift words
  (( CURRENT-- ))
  case $verb in
    help) _describe -t verbs verb verbs ;;
${verbs.map(branch).join("\n")}
    *) _files ;;
  esac
}
if [[ $funcstack[1] == _vaekit ]]; then _vaekit "$@"; else compdef _vaekit vaekit; fi
`;
}

const HELP = { name: "help", what: "show the flags of a verb" };

function branch({ name, words, flags }: CompletableVerb): string {
  const specs = [...flags.flatMap(specsOf), quoted(words ? `1:word:(${words.join(" ")})` : "*:file:_files")];
  return `    ${name})\n      _arguments \\\n${specs.map((spec) => `        ${spec}`).join(" \\\n")} ;;`;
}

function specsOf({ name, short, what, value }: CompletableFlag): string[] {
  const tail = value === "none" ? "" : value === "any" ? `:${name}:_files` : `:${name}:(${value.join(" ")})`;
  const long = quoted(`--${name}${value === "none" ? "" : "="}[${escaped(what)}]${tail}`);
  return short ? [quoted(`-${short}[${escaped(what)}]${tail}`), long] : [long];
}

function escaped(text: string): string {
  return text.replace(/[[\]:\\]/g, "\\$&");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
