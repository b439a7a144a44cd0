//! Decodes the bytes of a record.

use mcp_scopes_grammar::ir::{ConfigDecl, FlowDecl, SandboxServerDecl, ScopeDecl, StatedDecl};
use mcp_scopes_model::{
    Approval, Risk, SandboxMode,
    numbers::{MAX_SCOPES, MAX_TOOLS, MAX_USES},
    policy::Session,
    record::{Piece, bits, checksum},
    scope::scope_token,
    tool::tool_name,
};

use super::{Damage, notes::Note};
use crate::inventory::Parameter;

/// One decoded record.
#[derive(Clone, Debug)]
pub(super) struct Record {
    /// Offset in the file.
    pub(super) offset: u64,
    pub(super) path: String,
    /// Paths of the tables that it splices.
    pub(super) splices: Vec<String>,
    /// Its configuration file without `[scopes]`.
    pub(super) config: ConfigDecl,
    /// Whether its configuration file has `[scopes]`.
    pub(super) declares_scopes: bool,
    /// The scope declarations in effect.
    pub(super) declared: Vec<ScopeDecl>,
    pub(super) tools: Vec<Tool>,
    /// All of its data except the byte order of numbers. Used to compare records.
    said: (Vec<u32>, Vec<u8>),
}

/// The recorded facts of one tool.
#[derive(Clone, Debug)]
pub(super) struct Tool {
    /// Offset in the file.
    pub(super) offset: u64,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) risk: Risk,
    pub(super) approval: Option<Approval>,
    pub(super) sandbox: Option<SandboxMode>,
    /// `None` if the parameters are not recorded.
    pub(super) parameters: Option<Vec<Parameter>>,
    /// The tool's namespace, if it differs from the table's.
    pub(super) namespace: Option<String>,
    pub(super) requirement: Requirement,
    pub(super) prerequisites: Vec<String>,
    pub(super) grouped_with: Vec<String>,
    pub(super) examples: Vec<String>,
    pub(super) policy: Policy,
}

#[derive(Clone, Debug)]
pub(super) enum Requirement {
    Public,
    ToolName,
    AnyOf(Vec<Vec<String>>),
}

#[derive(Clone, Debug, Default)]
pub(super) struct Policy {
    pub(super) blocked_after: Vec<String>,
    pub(super) requires_approval_after: Vec<String>,
    pub(super) blocked_patterns: Vec<String>,
    pub(super) cooling_period_minutes: Option<u32>,
    pub(super) max_calls_per_session: Option<u32>,
    pub(super) max_file_size_mb: Option<u32>,
    pub(super) requires_human_review: bool,
}

impl Record {
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        self.said == other.said
    }
}

/// Reads one record.
pub(super) fn read(note: &Note<'_>) -> Result<Record, Damage> {
    let section = note.section;
    let word = |at: usize| if at < note.end { section.number(at) } else { Err(Damage::Broken("a record is cut off")) };
    let mut said = 0;
    for place in 0..4 {
        said |= u128::from(word(note.start + 4 * place)?) << (32 * place);
    }
    let count = usize::try_from(word(note.start + 16)?).unwrap_or(usize::MAX);
    let start = note.start + 20;
    let texts = count.checked_mul(4).and_then(|len| start.checked_add(len)).filter(|texts| *texts <= note.end);
    let texts = texts.ok_or(Damage::Broken("a record is cut off"))?;
    let numbers = (0..count).map(|place| word(start + 4 * place)).collect::<Result<Vec<u32>, _>>()?;
    let texts = section.bytes.get(texts..note.end).unwrap_or_default();
    let (pieces, []) = texts.as_chunks::<{ size_of::<Piece>() }>() else {
        return Err(Damage::Broken("a record ends within a text"));
    };
    // Pieces are numbers in the byte order of the target, which may differ from this machine's.
    let mut pieces = pieces.to_vec();
    if section.little_endian != cfg!(target_endian = "little") {
        for piece in &mut pieces {
            piece.reverse();
        }
    }
    if checksum(&numbers, &pieces) != said {
        return Err(Damage::Broken("a checksum is wrong"));
    }
    let first = note.offset.saturating_add(20);
    let mut reader = Reader { numbers: &numbers, read: 0, texts, first, scopes: Vec::new(), repeated: 0 };
    let mut record = record(&mut reader)?;
    if reader.read != numbers.len() || !reader.texts.is_empty() {
        return Err(Damage::Broken("a record says more than it should"));
    }
    record.offset = note.offset;
    record.said = (numbers.clone(), texts.to_vec());
    Ok(record)
}

/// Reads numbers and texts in parallel.
struct Reader<'r> {
    numbers: &'r [u32],
    read: usize,
    texts: &'r [u8],
    /// Offset of the numbers in the file.
    first: u64,
    /// The scopes that requirements refer to by index.
    scopes: Vec<String>,
    /// Number of bytes that requirements have copied from `scopes` so far.
    repeated: usize,
}

/// The largest table names scopes 32,768 times. This allows half a kilobyte for each, so a short record cannot expand
/// into a long list.
const MOST_REPEATED: usize = 512 * MAX_USES;

const TOO_LARGE: Damage = Damage::Broken("a table is larger than tables can be");

impl Reader<'_> {
    fn number(&mut self) -> Result<u32, Damage> {
        let number = self.numbers.get(self.read).copied().ok_or(Damage::Broken("a record ends too early"))?;
        self.read += 1;
        Ok(number)
    }

    fn flag(&mut self) -> Result<bool, Damage> {
        match self.number()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Damage::Broken("a flag is neither 0 nor 1")),
        }
    }

    fn text(&mut self) -> Result<String, Damage> {
        let len = usize::try_from(self.number()?).unwrap_or(usize::MAX);
        let padded = len.checked_next_multiple_of(size_of::<Piece>());
        let cut = padded.and_then(|padded| self.texts.split_at_checked(padded));
        let (bytes, rest) = cut.ok_or(Damage::Broken("a text is cut off"))?;
        let (text, padding) = bytes.split_at_checked(len).unwrap_or((bytes, &[]));
        if padding.iter().any(|byte| *byte != 0) {
            return Err(Damage::Broken("something stands behind a text"));
        }
        self.texts = rest;
        String::from_utf8(text.to_vec()).map_err(|_| Damage::Broken("a text is not UTF-8"))
    }

    fn optional<T>(&mut self, read: fn(&mut Self) -> Result<T, Damage>) -> Result<Option<T>, Damage> {
        self.flag()?.then(|| read(self)).transpose()
    }

    /// Each element takes at least one number, so a list never has more elements than the input has numbers.
    fn list<T>(&mut self, read: fn(&mut Self) -> Result<T, Damage>) -> Result<Vec<T>, Damage> {
        let count = self.number()?;
        (0..count).map(|_| read(self)).collect()
    }

    fn texts(&mut self) -> Result<Vec<String>, Damage> {
        self.list(Self::text)
    }

    fn scope(&mut self) -> Result<String, Damage> {
        let text = self.text()?;
        if scope_token(&text).is_err() {
            return Err(Damage::Broken("a scope is none"));
        }
        Ok(text)
    }

    fn scopes(&mut self) -> Result<Vec<String>, Damage> {
        self.list(Self::scope)
    }

    fn numbered_scope(&mut self) -> Result<String, Damage> {
        let number = usize::try_from(self.number()?).unwrap_or(usize::MAX);
        let scope = self.scopes.get(number).ok_or(Damage::Broken("a requirement names a scope that is not there"))?;
        self.repeated = self.repeated.saturating_add(scope.len());
        if self.repeated > MOST_REPEATED {
            return Err(TOO_LARGE);
        }
        Ok(scope.clone())
    }

    fn stated(&mut self) -> Result<StatedDecl, Damage> {
        // Line numbers of the file are not recorded.
        Ok(StatedDecl { text: self.scope()?, line: 0, column: 0 })
    }
}

fn record(reader: &mut Reader<'_>) -> Result<Record, Damage> {
    let path = reader.text()?;
    let mut splices = Vec::new();
    while reader.flag()? {
        splices.push(reader.text()?);
    }
    let mut config = ConfigDecl {
        file: reader.text()?,
        resource: reader.optional(Reader::text)?,
        resource_name: reader.optional(Reader::text)?,
        resource_documentation: reader.optional(Reader::text)?,
        authorization_servers: reader.texts()?,
        namespace: reader.text()?,
        baseline: reader.optional(|reader| reader.list(Reader::stated))?,
        ..ConfigDecl::default()
    };
    config.flows = reader.list(|reader| Ok(FlowDecl { role: reader.text()?, scopes: reader.list(Reader::stated)? }))?;
    config.session = Session {
        max_high_risk_calls: reader.optional(Reader::number)?,
        require_reauth_after_minutes: reader.optional(Reader::number)?,
        block_rapid_escalation: reader.flag()?,
    };
    config.sandbox = reader.optional(|reader| {
        Ok(SandboxServerDecl {
            header: reader.optional(Reader::text)?,
            resource: reader.optional(Reader::text)?,
            authorization_servers: reader.texts()?,
        })
    })?;
    let declares_scopes = reader.flag()?;
    let declared = reader.list(|reader| {
        Ok(ScopeDecl { name: reader.stated()?, description: reader.text()?, implies: reader.list(Reader::stated)? })
    })?;
    reader.scopes = reader.scopes()?;
    let tools = reader.list(tool)?;
    if tools.len() > MAX_TOOLS || declared.len() > MAX_SCOPES || reader.scopes.len() > MAX_SCOPES {
        return Err(TOO_LARGE);
    }
    Ok(Record { offset: 0, path, splices, config, declares_scopes, declared, tools, said: (Vec::new(), Vec::new()) })
}

fn tool(reader: &mut Reader<'_>) -> Result<Tool, Damage> {
    let offset = reader.first.saturating_add(4 * reader.read as u64);
    let head = reader.number()?;
    let field = |from: u32, len: u32| head >> from & ((1 << len) - 1);
    let unknown = Damage::Broken("a tool states what is not known");
    if head >> 16 != 0 || head & (1 << 7) != 0 {
        return Err(unknown);
    }
    let name = reader.text()?;
    if tool_name(&name).is_err() {
        return Err(Damage::Broken("a tool's name is none"));
    }
    let description = reader.text()?;
    let parameters = match field(bits::PARAMETERS, 2) << bits::PARAMETERS {
        bits::WRITTEN => Some(reader.text()?.lines().map(written).collect()),
        bits::LISTED => Some(reader.list(|reader| Ok(Parameter { required: reader.flag()?, name: reader.text()? }))?),
        bits::UNKNOWN => None,
        _ => return Err(unknown),
    };
    let namespace = (head & bits::NAMESPACE != 0).then(|| reader.text()).transpose()?;
    let one = |reader: &mut Reader<'_>, count: usize| {
        Ok(Requirement::AnyOf(vec![(0..count).map(|_| reader.numbered_scope()).collect::<Result<Vec<_>, Damage>>()?]))
    };
    let requirement = match field(bits::REQUIREMENT, 3) << bits::REQUIREMENT {
        bits::PUBLIC => Requirement::Public,
        bits::TOOL_NAME => Requirement::ToolName,
        bits::ONE => one(reader, 1)?,
        bits::TWO => one(reader, 2)?,
        bits::THREE => one(reader, 3)?,
        bits::ANY_OF => any_of(reader)?,
        _ => return Err(unknown),
    };
    let advised = head & bits::ADVICE != 0;
    let mut lists = [Vec::new(), Vec::new(), Vec::new()];
    if advised {
        lists = [reader.scopes()?, reader.texts()?, reader.texts()?];
    }
    let [prerequisites, grouped_with, examples] = lists;
    Ok(Tool {
        offset,
        name,
        description,
        risk: usize::try_from(field(bits::RISK, 3))
            .ok()
            .and_then(|risk| Risk::ALL.get(risk))
            .copied()
            .ok_or(unknown)?,
        approval: match field(bits::APPROVAL, 2) {
            0 => None,
            1 => Some(Approval::Auto),
            2 => Some(Approval::User),
            _ => return Err(unknown),
        },
        sandbox: match field(bits::SANDBOX, 2) {
            1 => Some(SandboxMode::Allow),
            2 => Some(SandboxMode::Deny),
            3 => Some(SandboxMode::Simulate),
            _ => None,
        },
        parameters,
        namespace,
        requirement,
        prerequisites,
        grouped_with,
        examples,
        policy: if head & bits::POLICY != 0 { policy(reader)? } else { Policy::default() },
    })
}

/// Parses one line of the recorded parameters.
fn written(line: &str) -> Parameter {
    let optional = line.strip_prefix('?');
    Parameter { name: optional.unwrap_or(line).to_owned(), required: optional.is_none() }
}

fn any_of(reader: &mut Reader<'_>) -> Result<Requirement, Damage> {
    let any = reader.list(|reader| reader.list(Reader::numbered_scope))?;
    // An empty list opens to no caller, an empty alternative to every caller. Both have other encodings.
    if any.is_empty() || any.iter().any(Vec::is_empty) {
        return Err(Damage::Broken("a requirement is empty"));
    }
    Ok(Requirement::AnyOf(any))
}

fn policy(reader: &mut Reader<'_>) -> Result<Policy, Damage> {
    Ok(Policy {
        blocked_after: reader.texts()?,
        requires_approval_after: reader.texts()?,
        blocked_patterns: reader.texts()?,
        cooling_period_minutes: reader.optional(Reader::number)?,
        max_calls_per_session: reader.optional(Reader::number)?,
        max_file_size_mb: reader.optional(Reader::number)?,
        requires_human_review: reader.flag()?,
    })
}
