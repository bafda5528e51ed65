//! Names of a finished procedure, for what is written about it: stories, figures.

use kernel::ParamId;

use crate::guard::{KnownField, Names};
use crate::model::{FieldType, Procedure};

/// The names of one procedure.
pub(crate) struct Scope<'a> {
    pub procedure: &'a Procedure,
    pub fields: Vec<KnownField>,
}

impl<'a> Scope<'a> {
    pub fn new(procedure: &'a Procedure) -> Self {
        let known = |f: &crate::model::Field| KnownField {
            name: f.name.clone(),
            id: f.id,
            kind: f.kind,
            options: f.options.clone(),
        };
        Self { procedure, fields: procedure.fields.iter().map(known).collect() }
    }
}

impl Names for Scope<'_> {
    fn field(&self, name: &str) -> Option<&KnownField> {
        self.fields.iter().find(|f| f.name == name)
    }

    fn param(&mut self, name: &str) -> Option<(ParamId, FieldType)> {
        self.procedure.param(name).map(|p| (p.id, p.kind))
    }

    fn field_names(&self) -> Vec<String> {
        self.fields.iter().map(|f| f.name.clone()).collect()
    }

    fn param_names(&self) -> Vec<String> {
        self.procedure.params.iter().map(|p| p.name.clone()).collect()
    }
}
