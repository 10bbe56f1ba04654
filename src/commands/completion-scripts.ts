/** The first word by which the shells' scripts ask. Not for people. */
export const COMPLETE = "__complete";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** What stands for "the name of a file" in an answer: no word of ours begins so. */
export const FILES = ":files";

/**
 * The scripts know nothing of clockd: they hand the words over and show the answer, so that they are
 * right for every version.
 */
const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# bash completion for clockd: source it, or put it into /usr/share/bash-completion/completions/clockd
_clockd() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    if [ "$line" = ${FILES} ]; then
      compopt -o default 2>/dev/null
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <("$1" ${COMPLETE} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _clockd clockd
`,
  zsh: `#compdef clockd
# zsh completion for clockd: source it, or put it as _clockd into a folder of $fpath
_clockd() {
  local line
  local -a values
  for line in "\${(@f)$("$words[1]" ${COMPLETE} "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ $line == ${FILES} ]]; then
      _files
      return
    fi
    [[ -n $line ]] && values+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  (( $#values )) && _describe clockd values
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _clockd "$@"
else
  compdef _clockd clockd
fi
`,
  fish: `# fish completion for clockd: source it, or put it into ~/.config/fish/completions/clockd.fish
function __clockd_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] ${COMPLETE} $words[2..-1] "$current" 2>/dev/null)
        if test "$line" = ${FILES}
            __fish_complete_path "$current"
        else
            echo $line
        end
    end
end
complete -c clockd -f -a '(__clockd_complete)'
`,
};

/** `clockd completion SHELL`. */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}
