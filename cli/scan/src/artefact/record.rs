//! Decodes the bytes of a record.

use std::sync::Arc;

use mcp_scopes_grammar::{
    ir::{
        ConfigDecl, ContentDecl, FlowDecl, Located, RiskRuleDecl, SandboxServerDecl, ScopeDecl, ScopePrefixDecl,
        StatedDecl,
    },
    tool::RequirementDecl,
};
use mcp_scopes_model::{
    Risk,
    numbers::{MAX_SCOPES, MAX_TOOLS, MAX_USES},
    policy::Session,
    record::{Piece, checksum},
    scope::scope_token,
};

use super::{Damage, notes::Note};
use crate::{
    inventory::ToolFacts,
    source::{Place, Placed},
    tool,
};

/// One decoded record.
#[derive(Clone, Debug)]
pub(super) struct Record {
    /// Its offset in the file.
    pub(super) place: Place,
    pub(super) path: String,
    /// Paths of the tables that it splices.
    pub(super) splices: Vec<String>,
    /// Its configuration file without `[scopes]`.
    pub(super) config: ConfigDecl,
    /// Whether its configuration file has `[scopes]`.
    pub(super) declares_scopes: bool,
    /// The scope declarations in effect.
    pub(super) declared: Vec<ScopeDecl>,
    /// The tools. All values of one tool have the place of its record.
    pub(super) tools: Vec<ToolFacts<Place>>,
    /// The names of the tools whose parameters are the fields of a type.
    pub(super) unrecorded: Vec<String>,
    /// All of its data except the byte order of numbers. Used to compare records.
    said: (Vec<u32>, Vec<u8>),
}

impl Record {
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        self.said == other.said
    }
}

/// Reads one record.
pub(super) fn read(file: &Arc<str>, note: &Note<'_>) -> Result<Record, Damage> {
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
    let mut reader = RecordReader {
        version: note.version,
        numbers: &numbers,
        read: 0,
        texts,
        file,
        first,
        namespace: String::new(),
        scopes: Vec::new(),
        unrecorded: Vec::new(),
        repeated: 0,
    };
    let mut record = record(&mut reader, place(file, note.offset))?;
    if reader.read != numbers.len() || !reader.texts.is_empty() {
        return Err(Damage::Broken("a record has trailing data"));
    }
    record.said = (numbers.clone(), texts.to_vec());
    Ok(record)
}

/// Returns the place of a byte.
fn place(file: &Arc<str>, offset: u64) -> Place {
    Place::point(file, 1, u32::try_from(offset.saturating_add(1)).unwrap_or(u32::MAX))
}

/// Reads numbers and texts in parallel.
pub(crate) struct RecordReader<'r> {
    version: u32,
    numbers: &'r [u32],
    read: usize,
    texts: &'r [u8],
    file: &'r Arc<str>,
    /// Offset of the numbers in the file.
    first: u64,
    /// The table's namespace.
    pub(crate) namespace: String,
    /// The scopes that requirements refer to by index.
    scopes: Vec<String>,
    /// The names of the tools whose parameters are not recorded.
    pub(crate) unrecorded: Vec<String>,
    /// Number of bytes that requirements have copied from `scopes` so far.
    repeated: usize,
}

/// The largest table names scopes 32,768 times. This allows half a kilobyte for each, so a short record cannot expand
/// into a long list.
const MOST_REPEATED: usize = 512 * MAX_USES;

const TOO_LARGE: Damage = Damage::Broken("a table is larger than tables can be");

impl RecordReader<'_> {
    /// Returns the place of the next number.
    pub(crate) fn place(&self) -> Place {
        place(self.file, self.first.saturating_add(4 * self.read as u64))
    }

    pub(crate) fn number(&mut self) -> Result<u32, Damage> {
        let number = self.numbers.get(self.read).copied().ok_or(Damage::Broken("a record ends too early"))?;
        self.read += 1;
        Ok(number)
    }

    pub(crate) fn flag(&mut self) -> Result<bool, Damage> {
        match self.number()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Damage::Broken("a flag is neither 0 nor 1")),
        }
    }

    pub(crate) fn text(&mut self) -> Result<String, Damage> {
        let len = usize::try_from(self.number()?).unwrap_or(usize::MAX);
        let padded = len.checked_next_multiple_of(size_of::<Piece>());
        let cut = padded.and_then(|padded| self.texts.split_at_checked(padded));
        let (bytes, rest) = cut.ok_or(Damage::Broken("a text is cut off"))?;
        let (text, padding) = bytes.split_at_checked(len).unwrap_or((bytes, &[]));
        if padding.iter().any(|byte| *byte != 0) {
            return Err(Damage::Broken("the padding of a text is not zero"));
        }
        self.texts = rest;
        String::from_utf8(text.to_vec()).map_err(|_| Damage::Broken("a text is not UTF-8"))
    }

    pub(crate) fn optional<T>(&mut self, read: fn(&mut Self) -> Result<T, Damage>) -> Result<Option<T>, Damage> {
        self.flag()?.then(|| read(self)).transpose()
    }

    /// Each element takes at least one number, so a list never has more elements than the input has numbers.
    pub(crate) fn list<T>(&mut self, read: fn(&mut Self) -> Result<T, Damage>) -> Result<Vec<T>, Damage> {
        let count = self.number()?;
        (0..count).map(|_| read(self)).collect()
    }

    pub(crate) fn texts(&mut self) -> Result<Vec<String>, Damage> {
        self.list(Self::text)
    }

    fn scope(&mut self) -> Result<String, Damage> {
        let text = self.text()?;
        if scope_token(&text).is_err() {
            return Err(Damage::Broken("a scope is not a scope-token"));
        }
        Ok(text)
    }

    fn scope_prefix(&mut self) -> Result<ScopePrefixDecl, Damage> {
        if self.version < 2 {
            return Ok(ScopePrefixDecl::default());
        }
        Ok(ScopePrefixDecl { outside: self.prefix()?, inside: self.prefix()? })
    }

    fn prefix(&mut self) -> Result<String, Damage> {
        let text = self.text()?;
        if !text.is_empty() && scope_token(&text).is_err() {
            return Err(Damage::Broken("a prefix of scopes is not a scope-token"));
        }
        Ok(text)
    }

    pub(crate) fn scopes(&mut self) -> Result<Vec<String>, Damage> {
        self.list(Self::scope)
    }

    pub(crate) fn numbered_scope(&mut self) -> Result<String, Damage> {
        let number = usize::try_from(self.number()?).unwrap_or(usize::MAX);
        let scope = self.scopes.get(number).ok_or(Damage::Broken("a requirement names a scope that is not there"))?;
        self.repeated = self.repeated.saturating_add(scope.len());
        if self.repeated > MOST_REPEATED {
            return Err(TOO_LARGE);
        }
        Ok(scope.clone())
    }

    /// Reads texts that have the place of their tool.
    pub(crate) fn placed_texts(&mut self, place: &Place) -> Result<Vec<Placed<String>>, Damage> {
        Ok(self.texts()?.into_iter().map(|value| Placed { value, place: place.clone() }).collect())
    }

    fn contents(&mut self) -> Result<Vec<ContentDecl>, Damage> {
        if self.version < 2 {
            return Ok(Vec::new());
        }
        self.list(|reader| {
            // Lines of the file are not recorded.
            const NOWHERE: (u32, u32) = (0, 0);
            let name = StatedDecl { text: reader.text()?, line: 0, column: 0 };
            let description = reader.text()?;
            let risk = match reader.number()? {
                0 => None,
                risk => Some(Located { value: known_risk(risk - 1)?, place: NOWHERE }),
            };
            let requirement = match reader.number()? {
                0 => RequirementDecl::Public(NOWHERE),
                1 => RequirementDecl::Authenticated(NOWHERE),
                2 => {
                    let any = reader.list(Self::scopes)?;
                    // An empty list opens to no caller, an empty alternative to every caller.
                    if any.is_empty() || any.iter().any(Vec::is_empty) {
                        return Err(Damage::Broken("a requirement is empty"));
                    }
                    let at = |value: String| Located { value, place: NOWHERE };
                    RequirementDecl::AnyOf(any.into_iter().map(|all| all.into_iter().map(at).collect()).collect())
                }
                _ => return Err(Damage::Broken("a requirement is not known")),
            };
            Ok(ContentDecl { name, description, requirement, risk })
        })
    }

    /// Returns whether tools may have conditional scopes.
    pub(crate) const fn has_conditions(&self) -> bool {
        self.version >= 4
    }

    /// Reads the flag `idempotent` of a policy.
    pub(crate) fn idempotent(&mut self) -> Result<bool, Damage> {
        if self.version < 3 { Ok(false) } else { self.flag() }
    }

    fn risk_rule(&mut self) -> Result<RiskRuleDecl, Damage> {
        let risk = self.number()?;
        Ok(RiskRuleDecl {
            risk: known_risk(risk)?,
            max_auth_age_minutes: self.optional(Self::number)?,
            acr_values: self.texts()?,
            place: (0, 0),
        })
    }

    fn stated(&mut self) -> Result<StatedDecl, Damage> {
        // Line numbers of the file are not recorded.
        Ok(StatedDecl { text: self.scope()?, line: 0, column: 0 })
    }
}

/// Returns the risk with that number, from 0.
fn known_risk(number: u32) -> Result<Risk, Damage> {
    let risk = usize::try_from(number).ok().and_then(|risk| Risk::ALL.get(risk)).copied();
    risk.ok_or(Damage::Broken("a risk is not known"))
}

fn record(reader: &mut RecordReader<'_>, place: Place) -> Result<Record, Damage> {
    let path = reader.text()?;
    let mut splices = Vec::new();
    while reader.flag()? {
        splices.push(reader.text()?);
    }
    let mut config = ConfigDecl {
        file: reader.text()?,
        resource: reader.optional(RecordReader::text)?,
        resource_name: reader.optional(RecordReader::text)?,
        resource_documentation: reader.optional(RecordReader::text)?,
        authorization_servers: reader.texts()?,
        namespace: reader.text()?,
        scope_prefix: reader.scope_prefix()?,
        baseline: reader.optional(|reader| reader.list(RecordReader::stated))?,
        ..ConfigDecl::default()
    };
    config.flows =
        reader.list(|reader| Ok(FlowDecl { role: reader.text()?, scopes: reader.list(RecordReader::stated)? }))?;
    config.session = Session {
        max_high_risk_calls: reader.optional(RecordReader::number)?,
        require_reauth_after_minutes: reader.optional(RecordReader::number)?,
        block_rapid_escalation: reader.flag()?,
        ..Session::NONE
    };
    if reader.version >= 3 {
        config.session.idle_minutes = reader.optional(RecordReader::number)?;
        config.session.max_minutes = reader.optional(RecordReader::number)?;
        config.session.max_refused_calls = reader.optional(RecordReader::number)?;
        config.session.escalation_seconds = reader.optional(RecordReader::number)?;
        config.session.domain = reader.optional(RecordReader::text)?;
        config.session.server = reader.optional(RecordReader::text)?;
        config.risks = reader.list(RecordReader::risk_rule)?;
    }
    config.sandbox = reader.optional(|reader| {
        Ok(SandboxServerDecl {
            header: reader.optional(RecordReader::text)?,
            resource: reader.optional(RecordReader::text)?,
            authorization_servers: reader.texts()?,
        })
    })?;
    let declares_scopes = reader.flag()?;
    let declared = reader.list(|reader| {
        Ok(ScopeDecl {
            name: reader.stated()?,
            description: reader.text()?,
            implies: reader.list(RecordReader::stated)?,
        })
    })?;
    reader.namespace.clone_from(&config.namespace);
    reader.scopes = reader.scopes()?;
    let tools = reader.list(tool::read_record)?;
    (config.resources, config.prompts) = (reader.contents()?, reader.contents()?);
    if tools.len() > MAX_TOOLS || declared.len() > MAX_SCOPES || reader.scopes.len() > MAX_SCOPES {
        return Err(TOO_LARGE);
    }
    let (unrecorded, said) = (std::mem::take(&mut reader.unrecorded), (Vec::new(), Vec::new()));
    Ok(Record { place, path, splices, config, declares_scopes, declared, tools, unrecorded, said })
}
