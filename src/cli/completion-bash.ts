/** Completion in bash, 3.2 (macOS) and later. Where nothing is offered, bash completes files. */

import type { CompletableVerb } from "./completion.js";

export function bashScript(verbs: readonly CompletableVerb[]): string {
  return `# Completion of vaekit in bash: eval "$(vaekit completion bash)"
_vaekit() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" verb="" flags="" values="" words="" i
  # bash takes --flag=value for three words.
  if [[ $cur == "=" ]]; then cur=""; elif [[ $prev == "=" ]]; then prev="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in -*) ;; *) verb="\${COMP_WORDS[i]}"; break ;; esac
  done
  COMPREPLY=()
  case "$verb" in
    "") values="${verbs.map(({ name }) => name).join(" ")} help"; [[ $cur == -* ]] && values="--help --version" ;;
    help) values="${verbs.map(({ name }) => name).join(" ")}" ;;
${verbs.map(branch).join("\n")}
  esac
  if [[ -n $values ]]; then COMPREPLY=($(compgen -W "$values" -- "$cur"))
  elif [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "$flags" -- "$cur"))
  elif [[ -n $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$cur")); fi
}
complete -o default -F _vaekit vaekit
`;
}

function branch({ name, words = [], flags }: CompletableVerb): string {
  const listed = flags.map((flag) => `--${flag.name}`).join(" ");
  const values = flags
    .filter(({ value }) => typeof value === "object")
    .map((flag) => {
      const forms = flag.short ? `-${flag.short}|--${flag.name}` : `--${flag.name}`;
      return `        ${forms}) values="${(flag.value as readonly string[]).join(" ")}" ;;\n`;
    })
    .join("");
  const choice = values ? `\n      case "$prev" in\n${values}      esac ;;` : " ;;";
  const after = words.length > 0 ? `words="${words.join(" ")}" ` : "";
  return `    ${name})\n      ${after}flags="${listed}"${choice}`;
}
